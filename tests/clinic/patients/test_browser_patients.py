"""Finding patients, the intake and recording a treatment, in a browser: Back, two tabs, a double press, a phone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from aftercare.people.models import Clinic, Event, Patient, StaffMember
from tests.clinic.browsing import DESK, PHONE
from tests.clinic.staff_client import PATIENTS, patient_url
from tests.factories import PatientFactory, UserFactory
from tests.ui.browser import sticks_out, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def zoe(clinic: Clinic) -> Patient:
    """A minor with an accent in the name and no intake."""
    user = UserFactory.create(first_name="Zoë", last_name="Müller-Lee")
    born = timezone.localdate() - timedelta(days=16 * 365)
    return PatientFactory.create(
        clinic=clinic, user=user, date_of_birth=born, call_back_telephone="07700 900199", record_number="L-77"
    )


def test_a_search_can_be_gone_back_to_and_two_tabs_keep_their_own(
    staff_browser: Any, daniel: Patient, zoe: Patient
) -> None:
    page = staff_browser(PHONE).open(PATIENTS)
    page.get_by_role("searchbox").fill("zoe")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Zoë Müller-Lee").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoë Müller-Lee")
    page.go_back()
    expect(page.get_by_role("link", name="Zoë Müller-Lee")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value("zoe")
    assert "zoe" not in page.url.casefold()

    other = page.context.new_page()
    other.goto(page.url.partition("search/")[0])
    other.get_by_role("searchbox").fill("reyes")
    other.keyboard.press("Enter")
    expect(other.get_by_role("link", name="Daniel Reyes")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Zoë Müller-Lee")).to_be_visible()


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_list_is_narrowed_and_fits_a_phone(
    staff_browser: Any, zoe: Patient, size: tuple[int, int]
) -> None:
    page = staff_browser(size).open(PATIENTS)
    page.get_by_label("Show", exact=True).select_option("No procedure")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Zoë Müller-Lee")).to_be_visible()
    expect(page.get_by_role("link", name="Daniel Reyes")).to_have_count(0)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == [], scheme
    assert not sticks_out(page)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_childs_treatment_is_questioned_and_the_risk_is_asked(
    staff_browser: Any, zoe: Patient, clinician: StaffMember, size: tuple[int, int]
) -> None:
    page = staff_browser(size, member=clinician).open(patient_url(zoe, "procedures/new/"))
    treated = timezone.localtime(timezone.now() - timedelta(hours=3), zoe.clinic.zone)
    page.get_by_text("Microneedling", exact=True).click()
    page.get_by_label("Area").select_option("neck")
    page.get_by_label("Performed").fill(treated.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Guardian’s name").fill("Ada Lee")
    page.get_by_role("group", name="Heals slowly").get_by_text("Yes", exact=True).click()
    page.get_by_role("button", name="Record the procedure").click()
    expect(page.get_by_role("alert")).to_contain_text("Ask the questions that raise the risk")

    page.get_by_label(re.compile("I asked them all")).check()
    page.get_by_role("button", name="Record the procedure").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing has been saved yet")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == [], scheme
    assert not sticks_out(page)
    expect(page.get_by_label("Guardian’s name")).to_have_value("Ada Lee")
    page.get_by_label("Yes, this is right").check()
    page.get_by_role("button", name="Record the procedure").dblclick()
    expect(page.get_by_role("status")).to_contain_text("The procedure is recorded.")

    zoe.refresh_from_db()
    assert (zoe.intake, zoe.guardian_name, zoe.is_risk_asked) == (["iq7"], "Ada Lee", True)
    assert zoe.procedures.count() == 1, "a double press records one treatment"
    assert Event.objects.filter(verb=Event.Verb.RECORDED_PROCEDURE, patient=zoe).count() == 1
