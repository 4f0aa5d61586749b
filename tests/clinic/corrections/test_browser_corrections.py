"""Correcting, and entering for a patient, in a real browser: at a desk and on a phone, in light and in dark."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from aftercare.alerts.models import Dispatch
from aftercare.checkins.models import Assessment, CheckIn
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from tests.clinic.browsing import DESK, PHONE
from tests.clinic.staff_client import patient_url
from tests.factories import ProcedureFactory, check_in, someone
from tests.ui.browser import overlapping_texts, sticks_out, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def treated(patient: Patient, nurse: StaffMember) -> Procedure:
    """Recorded as 50 hours ago; really it was 80. A moderate redness was reported just now."""
    now = timezone.now()
    procedure = ProcedureFactory.create(
        patient=patient, performed_at=now - timedelta(hours=50), recorded_by=nurse.user
    )
    check_in(patient, now, redness=2)
    return procedure


def shot(page: Page, name: str) -> None:
    """Check one page."""
    assert violations(page) == [], name
    assert not sticks_out(page), name
    assert overlapping_texts(page) == [], name


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_corrected_procedure_time_fires_a_new_rule(
    staff_browser: Any, patient: Patient, treated: Procedure, clinician: StaffMember, size: tuple[int, int]
) -> None:
    page = staff_browser(size, member=clinician).open(patient_url(patient))
    expect(page.locator("main")).to_contain_text("None open.")
    page.get_by_role("link", name=re.compile("^Correct")).click()
    really = timezone.localtime(timezone.now() - timedelta(hours=80), patient.clinic.zone)
    page.get_by_label("Performed").fill(really.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Correct it").click()
    expect(page.locator(".callout.errors")).to_be_focused()
    page.get_by_role("link", name=re.compile("Say why this is changed")).click()
    expect(page.get_by_label("Why")).to_be_focused()
    page.get_by_label("Why").fill("The day before was meant.")
    page.get_by_role("button", name="Correct it").click()

    expect(page.get_by_role("status")).to_contain_text(
        "1 check-in was judged again: 1 alert has new evidence."
    )
    page.get_by_role("link", name=re.compile("moderate or worse", re.IGNORECASE)).first.click()
    expect(page.locator("main")).to_contain_text("when Tom Test corrected what it is judged by")
    expect(page.locator("main")).to_contain_text("“The day before was meant.”")
    [alert] = patient.alerts.all()
    assert (alert.rule, Dispatch.objects.count()) == ("past_expected.redness", 1)
    assert [row.level for row in Assessment.objects.order_by("at")] == ["expected", "same_day"]
    assert Event.objects.get(verb=Event.Verb.CORRECTED_PROCEDURE).actor == clinician.user


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "dark"), (PHONE, "light")], ids=["desk", "phone"])
def test_the_pages_of_corrections_can_be_used_by_everybody(
    staff_browser: Any, daniel: Patient, clinician: StaffMember, size: tuple[int, int], scheme: str
) -> None:
    window = staff_browser(size, scheme, clinician)
    procedure, other = daniel.procedures.get(), someone(daniel, "Rita")
    entered = check_in(daniel, timezone.now(), by=clinician.user, emergency=["eye"]).check_in
    acts = ("intake/", "withdraw/", "check-ins/new/", f"check-ins/{entered.pk}/")
    for act in (*acts, f"procedures/{procedure.pk}/correct/", ""):
        shot(window.open(patient_url(daniel, act)), act)
    page = window.open(patient_url(daniel, f"procedures/{procedure.pk}/move/"))
    shot(page, "find")
    page.get_by_label("Find the patient who had it").fill("Rita")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Choose Rita Other").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move this procedure?")
    shot(page, "confirm")
    page.get_by_label("Why").fill("Two patients, one list.")
    page.get_by_role("button", name="Move to Rita Other").click()
    expect(page.get_by_role("status")).to_contain_text("The procedure is now one of Rita Other.")
    assert other.procedures.count() == 2


def test_a_nurse_enters_a_check_in_on_the_telephone(
    staff_browser: Any, patient: Patient, treated: Procedure, nurse: StaffMember
) -> None:
    page = staff_browser(PHONE).open(patient_url(patient))
    page.get_by_role("link", name="Enter a check-in").click()
    page.get_by_label(re.compile("pus bumps", re.IGNORECASE)).check()
    page.get_by_role("button", name="Send for Amara Test").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Read this out to Amara Test")
    expect(page.locator("main[data-level=urgent]")).to_contain_text("not tomorrow.")
    assert CheckIn.objects.get(level="urgent").submitted_by == nurse.user
