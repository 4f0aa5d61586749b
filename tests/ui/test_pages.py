"""The base pages, and the pages that are shown when something is wrong."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory, override_settings

from aftercare.people.clinics.clinic_phones import Contact, Phone
from aftercare.people.models import Clinic

DEMONSTRATION = "Demonstration. Not for real patients."
CLINIC = Clinic(
    name="Larkfield Skin Clinic",
    emergency_number="999",
    time_zone="Europe/London",
    accent="#6b2f5b",
    accent_dark="#d49ec2",
)
CONTACT = Contact(
    is_open=False,
    sentence_bold="Closed now.",
    sentence="Opens tomorrow 09:00.",
    phones=(Phone("Out-of-hours line", "0161 496 0199", True),),
    hours_rows=(("Sat, Sun", "Closed"),),
)
PERSON = SimpleNamespace(is_authenticated=True, get_full_name="Ruth Adeyemi", email="ruth@example.net")


def page(source: str, **context: Any) -> str:
    request = RequestFactory().get("/")
    request.csp_nonce = "abc123"  # type: ignore[attr-defined]
    surroundings = {"request": request, "clinic": CLINIC, "contact": CONTACT, "user": PERSON}
    return Template(source).render(Context(surroundings | context))


@pytest.mark.parametrize("name", ["400.html", "413.html", "500.html"])
def test_an_error_page_needs_no_context_and_no_database(name: str) -> None:
    shown = get_template(name).render()
    assert "<h1" in shown
    for number in ("999", "112", "911"):
        assert f'<a href="tel:{number}">{number}</a>' in shown


@pytest.mark.parametrize(
    "name", ["400.html", "403.html", "403_csrf.html", "404.html", "413.html", "500.html"]
)
def test_every_error_page_says_when_it_is_a_demonstration(name: str) -> None:
    with override_settings(DEMO=True):
        assert DEMONSTRATION in get_template(name).render()
    with override_settings(DEMO=False):
        assert DEMONSTRATION not in get_template(name).render()


@pytest.mark.parametrize(
    ("context", "way_on"),
    [
        ({"staff_member": None}, "Start a check-in"),
        ({"staff_member": object()}, "Go to the queue"),
        ({"user": SimpleNamespace(is_authenticated=False)}, "Go to the start page"),
    ],
)
def test_a_missing_page_leads_on_to_where_its_reader_belongs(context: dict[str, Any], way_on: str) -> None:
    shown = page('{% include "404.html" %}', **context)
    assert "This page is not here" in shown
    assert way_on in shown


def test_a_patient_can_call_from_every_page() -> None:
    shown = page('{% extends "base_patient.html" %}')
    assert '<a class="call" href="tel:01614960199">' in shown
    assert "Talk to someone" in shown
    assert 'In an emergency call <a href="tel:999">999</a>' in shown
    assert "does not replace a doctor or nurse" in shown


@pytest.mark.parametrize(
    ("base", "tab", "address"),
    [
        ("base_patient.html", "today", "/"),
        ("base_patient.html", "check_ins", "/check-ins/"),
        ("base_patient.html", "guidance", "/guidance/"),
        ("base_staff.html", "queue", "/clinic/"),
        ("base_staff.html", "patients", "/clinic/patients/"),
    ],
)
def test_the_tab_of_a_page_is_marked_and_no_other(base: str, tab: str, address: str) -> None:
    shown = page(f'{{% extends "{base}" %}}{{% block tabs_current %}}{tab}{{% endblock %}}')
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', shown) == [address]


def test_the_accent_of_the_clinic_is_set_under_the_nonce_of_the_request() -> None:
    shown = page('{% extends "base_narrow.html" %}')
    styles = '<style nonce="abc123"> :root { --accent: #6b2f5b; --accent-dark: #d49ec2; } </style>'
    assert styles in " ".join(shown.split())


def test_without_a_clinic_the_page_is_the_portals_own() -> None:
    shown = page('{% extends "base_narrow.html" %}', clinic=None, contact=None)
    assert "<span>Aftercare</span>" in shown
    assert "<style" not in shown


def test_the_contact_card_has_no_primary_number_where_the_result_shows_one() -> None:
    assert "btn-primary" in page('{% include "ui/contact_card.html" %}')
    assert "btn-primary" not in page('{% include "ui/contact_card.html" with quiet=True %}')


@pytest.mark.parametrize(("state", "words"), [("ready", "Press the button"), ("gone", "used or is too old")])
def test_a_sign_in_link_names_nobody(state: str, words: str) -> None:
    anonymous = SimpleNamespace(is_authenticated=False)
    shown = page('{% include "people/accounts/sign_in_link.html" %}', state=state, user=anonymous)
    assert words in shown
    assert ('type="submit"' in shown) == (state == "ready")
    assert "Ruth" not in shown


def test_no_template_holds_an_inline_style_or_script() -> None:
    templates = [*Path(settings.BASE_DIR, "templates").rglob("*.html")]
    templates += Path(settings.BASE_DIR, "aftercare", "ui", "templates").rglob("*.html")
    assert len(templates) > 20
    inline = re.compile(r'\sstyle="|\son[a-z]+="|<script>|javascript:')
    assert [path.name for path in templates if inline.search(path.read_text())] == []
