"""Kept parts show what they are given, and are never older than that."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import override
from pytest_django import Settings

from aftercare.ui.part_values import key_of
from aftercare.ui.telephones import Telephone
from aftercare.ui.templatetags.kept import drawn, kept


@dataclass(frozen=True)
class Shown:
    name: str
    emergency_number: str
    cannot_phone: str = ""


BAR = "ui/send_bar.html"
CLINIC = Shown("Rowan <Clinic>", "999")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    drawn.cache_clear()


def bar(**values: Any) -> str:
    return kept(BAR, **{"clinic": CLINIC, "contact": None, "label": None, **values})


def test_equal_values_are_drawn_once() -> None:
    assert bar() == bar(clinic=replace(CLINIC))
    assert drawn.cache_info().misses == 1


@pytest.mark.parametrize("changed", [{"clinic": replace(CLINIC, emergency_number="112")}, {"label": "Save"}])
def test_another_value_is_another_part(changed: dict[str, Any]) -> None:
    assert bar() != bar(**changed)


def test_language_and_time_zone_are_part_of_the_key() -> None:
    bar()
    with override("pl"):
        bar()
    with timezone.override("Asia/Kathmandu"):
        bar()
    assert drawn.cache_info().misses == 3


def test_the_same_number_for_readers_in_two_countries_is_two_parts() -> None:
    at_home, abroad = (Telephone.read("+441614960123", region) for region in ("GB", "FR"))
    assert at_home == abroad
    assert key_of(at_home) != key_of(abroad)


def test_true_and_one_are_two_values() -> None:
    assert key_of(True) != key_of(1)


def test_advice_is_drawn_once_for_what_it_says() -> None:
    def drawn_advice(sign: str, *, more: tuple[str, ...] = ()) -> str:
        advice = {"reasons": [{"bold": sign, "text": "is new."}], "sooner": ["It hurts.", *more]}
        return kept("checkins/advice/advice_rest.html", level="urgent", advice=advice, clinic=CLINIC)

    first = drawn_advice("Pus")
    assert drawn_advice("Pus") == first
    assert drawn.cache_info().misses == 1
    assert "<b>Redness</b> is new." in drawn_advice("Redness")
    assert "You feel ill." in drawn_advice("Pus", more=("You feel ill.",))
    assert drawn_advice("Pus") == first


def test_the_page_around_a_part_is_not_seen_in_it() -> None:
    page = Template('{% load kept %}{% kept "ui/cannot_phone.html" css=css %}')

    html = page.render(Context({"css": "small", "clinic": replace(CLINIC, cannot_phone="Text 123")}))

    assert "Text 123" not in html
    assert 'class="small"' in html


def test_values_are_escaped() -> None:
    html = kept("ui/patient_footer.html", clinic=CLINIC)
    assert "Rowan &lt;Clinic&gt; runs this page." in html


def test_a_lazy_object_is_kept_by_what_it_stands_for() -> None:
    part = bar(clinic=SimpleLazyObject(lambda: CLINIC))

    assert part == bar()
    assert drawn.cache_info().misses == 1


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot show object"):
        bar(label=object())


def test_a_developer_sees_changes_of_a_template_at_once(settings: Settings) -> None:
    settings.DEBUG = True
    bar()
    bar()
    assert drawn.cache_info().currsize == 0
