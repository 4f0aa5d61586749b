"""Enrolling with who treated and a lot, and reading both on the page of a cluster, in a real browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from aftercare.checkins.clusters.actions import find_clusters
from aftercare.checkins.models import Cluster
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from aftercare.people.treatments.details import LotEntry, TreatmentDetails
from aftercare.people.treatments.recording import record_details
from tests.clinic.browsing import DESK, PHONE, fill_in_enrolment
from tests.factories import PatientFactory, ProcedureFactory, check_in
from tests.ui.browser import overlapping_texts, sticks_out, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TIP = LotEntry(kind="needle", number="AB-12", product="FineLine tip")


def shot(page: Page) -> None:
    """Check one page."""
    assert violations(page) == []
    assert not sticks_out(page)
    assert overlapping_texts(page) == []


def treated(clinic: Clinic, operator: str) -> Patient:
    """Return a further patient, treated two days ago with this lot."""
    performed_at = timezone.now() - timedelta(days=2)
    procedure = ProcedureFactory.create(
        patient=PatientFactory.create(clinic=clinic), performed_at=performed_at
    )
    record_details(procedure, TreatmentDetails(operator=operator, lots=frozenset({TIP})))
    return procedure.patient


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_a_lot_is_typed_at_enrolment_and_leads_the_page_of_a_cluster(
    staff_browser: Any, clinic: Clinic, manager: StaffMember, size: tuple[int, int], scheme: str
) -> None:
    for operator in (str(manager.user), "Dr Marsh"):
        check_in(treated(clinic, operator), timezone.now(), signs=["pus"])
    window = staff_browser(size, scheme, manager)
    page = window.open("/clinic/patients/enrol/")
    at = timezone.localtime(timezone.now() - timedelta(hours=1), clinic.zone)
    fill_in_enrolment(page, at.strftime("%Y-%m-%dT%H:%M"))
    # What the lists suggest, and what no list has.
    suggested = page.locator("#lots-needle option").evaluate_all("list => list.map(one => one.value)")
    assert suggested == ["AB-12"]
    assert page.get_by_label("Treated by").get_attribute("list") == "operators"
    page.get_by_label("Treated by").fill("none")
    page.get_by_role("group", name="Needle cartridge or tip").get_by_label("Lot number").fill("ab 12")
    shot(page)
    page.get_by_role("button", name="Enrol the patient").click()
    expect(page.locator(".callout.errors")).to_be_focused()
    shot(page)
    page.get_by_role("link", name="Write a name, or leave it empty").click()
    expect(page.get_by_label("Treated by")).to_be_focused()
    page.get_by_label("Treated by").fill(str(manager.user))
    page.get_by_role("button", name="Enrol the patient").click()

    expect(page.locator("main")).to_contain_text("Lot ab 12 (needle cartridge, FineLine tip)")
    expect(page.locator("main")).to_contain_text(f"Treated by {manager.user}.")
    shot(page)
    check_in(Procedure.objects.latest("recorded_at").patient, timezone.now(), signs=["pus"])
    find_clusters(timezone.now())
    page = window.open(f"/clinic/clusters/{Cluster.objects.get().pk}/")
    common = page.locator("section", has=page.get_by_role("heading", name="What they have in common"))
    expect(common).to_contain_text("All 3 patients")
    expect(common).to_contain_text("2 of 3 patients")
    expect(common).to_contain_text("Numbing cream: not recorded for 3 of 3")
    shot(page)
    assert window.errors == []


def test_the_lots_stay_out_of_the_way_where_a_clinic_records_none(
    staff_browser: Any, clinic: Clinic, manager: StaffMember
) -> None:
    page = staff_browser(PHONE, "light", manager).open("/clinic/patients/enrol/")
    lot = page.get_by_label("Lot number", exact=True).first
    expect(lot).to_be_hidden()
    page.get_by_text("Lots used: needle cartridge, serum, numbing cream").click()
    expect(lot).to_be_visible()
    shot(page)
