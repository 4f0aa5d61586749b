"""The alert page and its call panel in a real browser: on a phone and at a desk, and on the wrong paths."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.people.models import Clinic, Patient, StaffMember
from tests.clinic.browsing import DESK, PHONE
from tests.clinic.staff_client import ENROL, alert_url, patient_url
from tests.factories import StaffMemberFactory, check_in
from tests.ui.browser import cut_off, overlapping_texts, small_targets, sticks_out, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
TALLEST = 2500  # pixels of an ordinary alert's page on a phone
NOTE = "Left cheek hot since 6 this morning."


def worst(patient: Patient) -> Alert:
    found: Alert = patient.alerts.worst_first()[0]
    return found


def say(page: Page, *answers: str) -> None:
    """Tap answers of the panel."""
    for answer in answers:
        page.locator(".call label", has_text=answer).first.click()


def test_an_ordinary_alert_is_short_on_a_phone_with_the_evidence_first(
    staff_browser: Any, daniel: Patient
) -> None:
    page = staff_browser(PHONE).open(alert_url(worst(daniel)))
    page.evaluate(
        "document.getElementById('standing').remove()"
    )  # no worker and no rota here: no ordinary day
    assert page.evaluate("document.documentElement.scrollHeight") < TALLEST
    tops = [page.locator(place).bounding_box()["y"] for place in ("#evidence", "#call", ".rest")]
    assert tops == sorted(tops)


@BOTH
def test_the_panel_is_sound_in_every_state(
    staff_browser: Any, daniel: Patient, size: tuple[int, int]
) -> None:
    by = StaffMemberFactory.create(clinic=daniel.clinic, role="clinician")
    for _ in range(6):
        record_contact_attempt(patient=daniel, by=by.user, now=timezone.now(), result="no_answer", note="x")
    page = staff_browser(size, member=by).open(alert_url(worst(daniel)))
    for answers in (("Wrong number",), ("No answer",), ("Reached", "Close all")):
        say(page, *answers)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert violations(page) == [], (answers, scheme)
        assert not sticks_out(page), answers
        assert overlapping_texts(page) == [], answers
        assert cut_off(page) == [], answers
    assert small_targets(page) == []


@BOTH
def test_a_call_is_recorded_and_everything_closed_with_one_form_and_undone(
    staff_browser: Any, daniel: Patient, nurse: StaffMember, size: tuple[int, int]
) -> None:
    count = daniel.alerts.count()
    page = staff_browser(size).open(alert_url(worst(daniel)))
    expect(page.get_by_role("button", name="Save the call Daniel Reyes")).to_be_visible()
    expect(page.get_by_label("Outcome")).to_be_hidden()
    say(page, "Reached Daniel", f"Close all {count}")
    page.get_by_label("What you heard and what you said").fill(NOTE)
    page.get_by_label("Outcome").select_option("seen_in_clinic")
    page.get_by_role("button", name=f"Save the call, close {count} alerts Daniel Reyes").click()

    expect(page.get_by_role("status")).to_contain_text(f"Closed {count} alerts of Daniel Reyes")
    assert not daniel.alerts.open().exists()
    assert ContactAttempt.objects.get().by == nurse.user

    page.goto(page.url.split("/clinic/")[0] + alert_url(worst(daniel)))
    page.get_by_role("button", name="Undo the close Daniel Reyes").click()
    expect(page.get_by_role("status")).to_contain_text("open again, as before")
    assert daniel.alerts.open().count() == count


@BOTH
def test_a_newer_report_holds_the_close_keeps_what_was_typed_and_one_more_press_is_enough(
    staff_browser: Any, daniel: Patient, size: tuple[int, int]
) -> None:
    page = staff_browser(size).open(alert_url(worst(daniel)))
    say(page, "Reached Daniel", "Close all")
    page.get_by_label("What you heard and what you said").fill(NOTE)
    page.get_by_label("Outcome").select_option("seen_in_clinic")
    check_in(daniel, timezone.now(), signs=["hot_sore"], redness=3)
    page.locator(".call .btn").click()

    expect(page.locator(".callout.errors")).to_be_focused()
    expect(page.locator(".callout.errors")).to_contain_text("Not saved yet: a check-in arrived at")
    expect(page.locator(".fresh").first).to_contain_text("New, ")
    expect(page.get_by_label("What you heard and what you said")).to_have_value(NOTE)
    expect(page.get_by_label("Outcome")).to_have_value("seen_in_clinic")
    assert page.title().startswith("Error: ")
    assert violations(page) == []
    assert daniel.alerts.open().exists()

    page.locator(".call .btn").click()
    expect(page.get_by_role("status")).to_contain_text("alerts of Daniel Reyes: seen in clinic")
    assert not daniel.alerts.open().exists()


def test_the_panel_works_without_script(
    staff_browser: Any, daniel: Patient, browser: Any, live_server: Any
) -> None:
    signed_in = staff_browser(PHONE).page.context.cookies()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.add_cookies(signed_in)
    page = context.new_page()
    page.goto(live_server.url + alert_url(worst(daniel)))
    say(page, "No answer")
    page.locator(".call .btn").click()
    expect(page.get_by_role("status")).to_contain_text("Daniel Reyes: no answer. It is recorded.")
    context.close()
    assert ContactAttempt.objects.get().result == "no_answer"


def test_the_panel_is_worked_with_the_keyboard(staff_browser: Any, daniel: Patient) -> None:
    page = staff_browser().open(alert_url(worst(daniel)))
    page.locator("[name=result]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Rang out.")
    page.locator(".call .btn").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("no answer. It is recorded.")
    assert ContactAttempt.objects.get().note == "Rang out."


def test_a_wrong_tap_is_corrected(staff_browser: Any, daniel: Patient) -> None:
    page = staff_browser(PHONE).open(alert_url(worst(daniel)))
    say(page, "Reached Daniel")
    page.locator(".call .btn").click()
    page.get_by_role("link", name="Correct the call of").click()
    say(page, "No answer")
    page.get_by_role("button", name="Save the correction Daniel Reyes").click()
    expect(page.get_by_role("status")).to_contain_text("Corrected. Daniel Reyes: no answer.")
    assert not worst(daniel).is_reached


def test_a_wrong_number_gives_way_to_the_right_one(staff_browser: Any, daniel: Patient) -> None:
    page = staff_browser(PHONE).open(alert_url(worst(daniel)))
    expect(page.get_by_label("Another number")).to_be_hidden()
    say(page, "Wrong number")
    page.get_by_label("Another number").fill("0161 496 0188")
    page.locator(".call .btn").click()
    expect(page.locator(".btn-tel")).to_contain_text("0188")


def test_what_was_typed_stays_where_a_colleague_was_first(
    staff_browser: Any, daniel: Patient, clinician: StaffMember
) -> None:
    page = staff_browser(PHONE).open(alert_url(worst(daniel)))
    say(page, "Reached Daniel", "Close all")
    page.get_by_label("What you heard and what you said").fill(NOTE)
    page.get_by_label("Outcome").select_option("seen_in_clinic")
    for alert in daniel.alerts.open():
        close(alert=alert, by=clinician.user, now=timezone.now(), outcome="advice_given", note="x")
    page.locator(".call .btn").click()
    expect(page.locator(".callout.errors")).to_contain_text("Tom Test was first and closed this alert")
    expect(page.get_by_label("What you heard and what you said")).to_have_value(NOTE)
    assert violations(page) == []


@BOTH
def test_what_was_typed_when_the_session_had_ended_stands_there_after_signing_in(
    staff_browser: Any, daniel: Patient, nurse: StaffMember, size: tuple[int, int]
) -> None:
    window = staff_browser(size)
    page = window.open(alert_url(worst(daniel)))
    say(page, "Reached Daniel")
    page.get_by_label("What you heard and what you said").fill(NOTE)
    page.context.clear_cookies(name="sessionid")
    page.locator(".call .btn").click()
    expect(page).to_have_url(f"{window.url}/accounts/login/code/?next=/clinic/typed/")

    sign_in(page, nurse)

    expect(page.get_by_role("alert").first).to_contain_text("You were signed out meanwhile.")
    expect(page.get_by_label("What you heard and what you said")).to_have_value(NOTE)
    expect(page.get_by_label("Reached Daniel")).to_be_checked()
    assert violations(page) == []
    assert not ContactAttempt.objects.exists()
    page.locator(".call .btn").click()
    expect(page.get_by_role("status")).to_contain_text("Daniel Reyes: reached. It is recorded.")
    assert ContactAttempt.objects.get().note == NOTE


def sign_in(page: Page, member: StaffMember) -> None:
    """By the code that is mailed."""
    import re

    from django.core import mail

    page.get_by_label("E-mail").fill(member.user.email)
    page.get_by_role("button").first.click()
    page.wait_for_url("**/confirm/**")
    code = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code is not None, mail.outbox[-1].body
    page.locator("input[name=code]").fill(code[1])
    page.keyboard.press("Enter")


def test_what_was_typed_when_all_cookies_had_gone_stands_there_too(
    staff_browser: Any, daniel: Patient, nurse: StaffMember
) -> None:
    page = staff_browser(PHONE).open(alert_url(worst(daniel)))
    say(page, "No answer")
    page.get_by_label("What you heard and what you said").fill(NOTE)
    page.context.clear_cookies()
    page.locator(".call .btn").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing was saved yet")
    assert violations(page) == []
    page.get_by_role("button", name="Show what I typed").click()
    sign_in(page, nurse)
    expect(page.get_by_label("What you heard and what you said")).to_have_value(NOTE)


def test_a_form_of_one_clinic_is_not_saved_into_the_other_that_was_chosen_in_another_tab(
    staff_browser: Any, manager: StaffMember, other_clinic: Clinic
) -> None:
    StaffMemberFactory.create(user=manager.user, clinic=other_clinic, role="manager")
    window = staff_browser(member=manager)
    page = window.open(ENROL)
    page.get_by_label("First name").fill("Amara")
    second = page.context.new_page()
    second.goto(window.url + "/clinic/")
    second.get_by_role("button", name=other_clinic.name).click()
    page.get_by_role("button", name="Enrol the patient").click()
    expect(page.get_by_role("alert").first).to_contain_text("and chose another clinic since")
    expect(page.get_by_label("First name")).to_have_value("Amara")
    assert violations(page) == []
    assert not other_clinic.patients.exists()


@BOTH
def test_a_check_in_by_telephone_is_sent_with_an_emergency_ticked(
    staff_browser: Any, daniel: Patient, size: tuple[int, int]
) -> None:
    page = staff_browser(size).open(patient_url(daniel, "check-ins/new/"))
    page.get_by_label("Hard to breathe").check()
    send = page.get_by_role("button", name="Send for Daniel Reyes")
    expect(send).to_be_in_viewport()
    send.click()
    expect(page.locator("main")).to_contain_text("Daniel Reyes is on the line")
    expect(page.locator("main")).to_contain_text("Please put the phone down and call 999 now.")
    assert violations(page) == []
    page.get_by_role("link", name="Record this call").click()
    expect(page.get_by_role("heading", name="Call Daniel Reyes")).to_be_visible()
    assert daniel.alerts.filter(level="emergency").exists()


def test_the_patients_page_has_the_same_panel(staff_browser: Any, daniel: Patient) -> None:
    page = staff_browser(PHONE).open(patient_url(daniel))
    say(page, "Reached Daniel")
    page.locator(".call .btn").click()
    expect(page.get_by_role("status")).to_contain_text("Daniel Reyes: reached. It is recorded.")
    assert all(alert.is_reached for alert in daniel.alerts.all())
