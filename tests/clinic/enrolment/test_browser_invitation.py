"""From the desk to the patient's phone, in a real browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from aftercare.guidance.models import ExpectedCourseSet
from aftercare.people.models import Clinic, Patient
from tests.clinic.browsing import PHONE, fill_in_enrolment
from tests.clinic.staff_client import ENROL
from tests.ui.browser import overlapping_texts, sticks_out, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def seen_by_everybody(page: Page) -> None:
    assert violations(page) == [], page.url
    assert not sticks_out(page), page.url
    assert overlapping_texts(page) == [], page.url


def test_a_patient_is_enrolled_handed_a_link_and_comes_in_with_it(
    staff_browser: Any, page: Page, clinic: Clinic, course_set: ExpectedCourseSet
) -> None:
    staff_page = staff_browser(PHONE, "dark").open(ENROL)
    treated = timezone.localtime(timezone.now() - timedelta(hours=3), clinic.zone)
    fill_in_enrolment(staff_page, treated.strftime("%Y-%m-%dT%H:%M"))
    staff_page.get_by_role("button", name="Enrol the patient").click()
    expect(staff_page.locator("main")).to_contain_text("Mail: waiting")

    staff_page.get_by_role("button", name="Print with QR code").click()
    expect(staff_page.get_by_role("img", name="QR code")).to_be_visible()
    seen_by_everybody(staff_page)
    link = staff_page.locator("#link").inner_text()
    base = staff_page.url[: staff_page.url.index("/clinic/")]

    page.goto(base + link[link.index("/accounts/") :])
    seen_by_everybody(page)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Amara")
    page.get_by_text("My clinic may keep and read").click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 hours since your treatment")
    assert Patient.objects.get().invitations.filter(used_at__isnull=False).count() == 1
