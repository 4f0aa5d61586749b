"""The pages of staff in a real browser: at a desk and on a phone, in light and in dark."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from aftercare.alerts.models import Alert
from aftercare.people.models import Clinic, Event, Patient, StaffMember
from tests.clinic.browsing import DESK, PHONE, fill_in_enrolment, tab_to
from tests.clinic.staff_client import ENROL, PATIENTS, QUEUE, alert_url, patient_url
from tests.factories import check_in
from tests.ui.browser import sticks_out

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MENDS_ITSELF_AT = 320  # CSS pixels: the narrowest screen that a page must fit without scrolling sideways


@pytest.mark.usefixtures("busy")
def test_the_pages_of_staff_fit_the_narrowest_screen(staff_browser: Any, daniel: Patient) -> None:
    window = staff_browser((MENDS_ITSELF_AT, 640))
    for path in (QUEUE, alert_url(daniel.alerts.all()[0]), PATIENTS, ENROL, patient_url(daniel)):
        assert not sticks_out(window.open(path)), path


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_nurse_works_from_the_queue_to_the_outcome(
    staff_browser: Any, daniel: Patient, nurse: StaffMember, size: tuple[int, int]
) -> None:
    page = staff_browser(size).open(QUEUE)
    names = page.locator(".q-who b:first-child").all_inner_texts()
    assert names == ["Joan Test", "Daniel Reyes", "Priya Test", "Kofi Test", "Ben Test"]

    page.get_by_role("button", name="Acknowledge Daniel Reyes").click()
    expect(page.locator("#queue-news")).to_have_text("Daniel Reyes is yours now.")
    page.get_by_role("link", name="Daniel Reyes").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Daniel Reyes")
    expect(page.locator("main")).to_contain_text("mild at 46 h")
    assert not daniel.alerts.filter(status=Alert.Status.NEW).exists()

    for answer in ("Reached Daniel", "Close all"):
        page.locator(".call label", has_text=answer).click()
    page.locator(".call .btn").click()
    expect(page.locator(".callout.errors")).to_be_focused()
    page.get_by_role("link", name="Outcome: Choose what came of it.").click()
    page.get_by_label("Outcome").select_option("seen_in_clinic")
    page.get_by_label("What you heard and what you said").fill("Left cheek warm. Seen by Dr Hale.")
    page.get_by_role("button", name=re.compile("Save the call, close")).click()

    expect(page.get_by_role("status").first).to_contain_text("alerts of Daniel Reyes: seen in clinic.")
    expect(page.get_by_role("button", name="Undo the close Daniel Reyes")).to_be_visible()
    assert set(daniel.alerts.values_list("outcome", "closed_by")) == {("seen_in_clinic", nurse.user.pk)}


def test_of_two_staff_with_the_same_row_open_the_second_reads_who_was_first(
    staff_browser: Any, daniel: Patient, clinician: StaffMember
) -> None:
    pages = [window.open(QUEUE) for window in (staff_browser(member=clinician), staff_browser())]
    # The second page has not heard of it yet: it asks for no news until its own press.
    pages[1].evaluate(
        "() => { htmx.on('htmx:beforeRequest', e => { if (e.detail.elt.id === 'queue') e.preventDefault() }) }"
    )
    pages[0].get_by_role("button", name="Acknowledge Daniel Reyes").click()
    expect(pages[0].locator("#queue-news")).to_have_text("Daniel Reyes is yours now.")
    pages[1].get_by_role("button", name="Acknowledge Daniel Reyes").click()
    expect(pages[1].locator("#queue-problem")).to_contain_text("Tom Test was first")
    expect(pages[1].locator("#queue-problem")).to_contain_text("Tom Test acknowledged Daniel Reyes")
    expect(pages[1].locator(".q-own").first).to_have_text("Tom Test")
    assert {alert.acknowledged_by for alert in daniel.alerts.all()} == {clinician.user}


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_queue_is_worked_with_the_keyboard_alone(
    staff_browser: Any, daniel: Patient, size: tuple[int, int]
) -> None:
    page = staff_browser(size).open(QUEUE)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Joan Test").first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Daniel Reyes").first).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#queue-news")).to_have_text("Daniel Reyes is yours now.")
    expect(page.get_by_role("link", name="Daniel Reyes").first).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_text("next and previous patient")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Daniel Reyes")
    assert not daniel.alerts.filter(status=Alert.Status.NEW).exists()

    tab_to(page, "input[name=result]")
    page.keyboard.press("Space")
    tab_to(page, "button", "Save the call")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("reached. It is recorded.")
    tab_to(page, "input[name=result]")
    page.keyboard.press("ArrowUp")  # from the first answer to the last: no call now
    tab_to(page, "input[name=then]")
    page.keyboard.press("ArrowUp")
    tab_to(page, "select[name=outcome]")
    page.keyboard.type("Advice")
    tab_to(page, "button", "Close")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("alerts of Daniel Reyes: advice given.")
    assert daniel.contact_attempts.get().result == "reached"
    assert set(daniel.alerts.values_list("outcome", flat=True)) == {"advice_given"}


def test_letters_typed_into_a_field_are_no_commands(staff_browser: Any, daniel: Patient) -> None:
    page = staff_browser().open(QUEUE)
    page.get_by_role("searchbox").fill("")
    page.keyboard.type("ja")
    expect(page.get_by_role("searchbox")).to_have_value("ja")
    assert daniel.alerts.filter(status=Alert.Status.NEW).exists()


def test_a_patient_is_enrolled_and_treated_again(
    staff_browser: Any, clinic: Clinic, clinician: StaffMember
) -> None:
    page = staff_browser(PHONE, member=clinician).open(ENROL)
    treated = timezone.localtime(timezone.now() - timedelta(hours=3), clinic.zone)
    fill_in_enrolment(page, treated.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Enrol the patient").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Amara Osei")
    patient = Patient.objects.get()
    assert patient.at_risk
    check_in(patient, timezone.now(), signs=["pus"])

    page.get_by_role("link", name="Record a procedure").click()
    expect(page.locator("main")).to_contain_text("Look before treating")
    page.get_by_text("Microneedling", exact=True).click()
    page.get_by_label("Area").select_option("neck")
    page.get_by_label("Performed").fill(treated.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Record it all the same").check()
    page.get_by_role("button", name="Record the procedure").click()
    expect(page.get_by_role("status")).to_contain_text("The procedure is recorded.")
    assert patient.procedures.count() == 2
    assert Event.objects.filter(verb=Event.Verb.WARNED, actor=clinician.user).count() == 1
