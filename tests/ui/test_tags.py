"""The template tags of the shared look."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.utils.functional import SimpleLazyObject

from aftercare.ui.icons import ICONS

NOW = datetime(2026, 11, 23, 10, 22, tzinfo=UTC)
LEVELS = ("emergency", "urgent", "same_day", "routine", "expected")


def rendered(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_is_hidden_from_screen_readers(name: str) -> None:
    assert 'aria-hidden="true"' in rendered("{% icon name %}", name=name)


def test_only_icons_that_point_along_the_text_are_mirrored() -> None:
    mirrored = {name for name in ICONS if "flip" in rendered("{% icon name %}", name=name)}
    assert mirrored == {"back", "forward", "undo"}


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError, match="unicorn"):
        rendered('{% icon "unicorn" %}')


@pytest.mark.parametrize(
    ("level", "audience", "css", "word"),
    [
        ("emergency", "staff", "lv lv-emergency", "Emergency"),
        ("urgent", "staff", "lv lv-urgent", "Urgent"),
        ("same_day", "staff", "lv lv-same-day", "Same day"),
        ("routine", "staff", "lv lv-routine", "Routine"),
        ("expected", "staff", "lv lv-expected", "Expected"),
        ("emergency", "patient", "lv lv-emergency", "Call emergency"),
        ("urgent", "patient", "lv lv-urgent", "Call now"),
        ("same_day", "patient", "lv lv-same-day", "Speak today"),
        ("routine", "patient", "lv lv-routine", "On our list"),
        ("expected", "patient", "lv lv-expected", "No warning sign in your answers"),
    ],
)
def test_a_level_is_a_shape_and_a_word(level: str, audience: str, css: str, word: str) -> None:
    badge = rendered("{% level_badge level audience %}", level=level, audience=audience)
    assert f'class="{css}"' in badge
    assert f"</i>{word}</span>" in badge


def test_the_five_levels_have_five_shapes() -> None:
    assert len({ICONS[level].path for level in LEVELS}) == 5


def test_an_unknown_level_is_an_error() -> None:
    with pytest.raises(ValueError, match="no level 'none'"):
        rendered('{% level_badge "none" %}')


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("0161 496 0199", "tel:01614960199"),
        ("+44 (161) 496-0199", "tel:+441614960199"),
        ("+44 (0)161 496 0199", "tel:+441614960199"),
        (" +44 161", "tel:+44161"),
        ("999", "tel:999"),
        ("0161+496 javascript:x", "tel:0161496"),
    ],
)
def test_a_telephone_link_holds_digits_and_at_most_a_plus_in_front(number: str, address: str) -> None:
    assert rendered("{{ number|tel }}", number=number) == address


def test_a_phone_button_shows_who_and_the_number_as_it_is_written() -> None:
    button = rendered('{% phone_button "Out-of-hours line" "0161 496 0199" True %}')
    assert "<small>Out-of-hours line</small> <bdi>0161 496 0199</bdi>" in " ".join(button.split())
    assert 'class="btn btn-tel btn-primary" href="tel:01614960199"' in button
    assert "btn-primary" not in rendered('{% phone_button "Clinic" "0161 496 0123" %}')


def test_a_name_in_a_phone_button_cannot_bring_markup() -> None:
    assert "<script>" not in rendered("{% phone_button who who %}", who="<script>1")


def test_staff_see_the_clock_and_the_age_of_an_instant() -> None:
    shown = rendered("{% clock_and_age instant now %}", instant=NOW - timedelta(minutes=41), now=NOW)
    assert '<time datetime="2026-11-23T09:41:00+00:00">09:41</time>' in shown
    assert "41 min ago" in shown


def test_the_filters_read_an_instant_against_now() -> None:
    instant = NOW - timedelta(hours=26, minutes=5)
    source = "{{ instant|age:now }}; {{ instant|hours_since:now }}; {{ instant|weekday_clock:now }}"
    assert rendered(source, instant=instant, now=NOW) == "1 day 2 h; 26; Sunday 22 November, 08:17"


@pytest.mark.parametrize(
    ("address", "masked"),
    [("amara@example.net", "am•••@example.net"), ("a@example.net", "a•••@example.net"), (None, "•••@")],
)
def test_an_address_is_masked_but_for_two_letters(address: str | None, masked: str) -> None:
    assert rendered("{{ address|masked_email }}", address=address) == masked


class Answers(forms.Form):
    signs = forms.MultipleChoiceField(
        label="Signs",
        choices=[("Warning signs", [("pus", "Pus")]), ("Or", [("none", "None of these")])],
        widget=forms.CheckboxSelectMultiple,
    )
    redness = forms.ChoiceField(
        label="How red is it?", choices=[("0", "None"), ("1", "Mild")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="Note", max_length=3)

    def clean(self) -> None:
        raise forms.ValidationError("These do not go together.")


def test_the_error_summary_links_each_fault_to_its_control() -> None:
    summary = rendered("{% error_summary form %}", form=Answers({"redness": "9", "note": "long note"}))
    assert "Four answers need another look" in summary
    assert '<a class="tap" href="#id_signs_0_0">Signs: This field is required.</a>' in summary
    assert '<a class="tap" href="#id_redness_0">How red is it? Select a valid choice.' in summary
    assert '<a class="tap" href="#id_note">Note: ' in summary
    assert "These do not go together." in summary


def test_the_error_summary_says_that_nothing_was_sent_and_takes_the_focus() -> None:
    summary = rendered("{% error_summary form %}", form=Answers({}))
    assert "Nothing has been sent yet. All your answers are still here." in summary
    assert 'role="alert" tabindex="-1"' in summary
    assert "ui/errors" in summary


def test_a_form_without_faults_has_no_error_summary() -> None:
    assert "callout" not in rendered("{% error_summary form %}", form=Answers())


def test_one_fault_is_said_in_the_singular() -> None:
    form = Answers({"signs": ["pus"], "redness": "1", "note": "abc"})
    assert "One answer needs another look" in rendered("{% error_summary form %}", form=form)


class OneField(forms.Form):
    name = forms.CharField()


@pytest.mark.parametrize(
    ("form", "prefix"),
    [
        (OneField(), ""),
        (OneField({"name": "Ruth"}), ""),
        (OneField({"name": ""}), "Error: "),
    ],
)
def test_the_title_begins_with_error_where_a_form_has_one(form: OneField, prefix: str) -> None:
    assert rendered("{% error_prefix %}", whatever_its_name=form) == prefix


def test_looking_for_errors_looks_up_nothing_that_is_lazy() -> None:
    def look_up() -> object:
        raise AssertionError("looked up")

    assert rendered("{% error_prefix %}", clinic=SimpleLazyObject(look_up)) == ""
