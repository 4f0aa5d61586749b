"""The main job as two people do it: a patient on a phone, a nurse at a desk."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from aftercare.alerts.models import Alert
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import Patient, Procedure, StaffMember, User
from tests.processes.running import RunningPortal
from tools.servers.portal import Web

pytestmark = [pytest.mark.processes, pytest.mark.browser, pytest.mark.usefixtures("course_set")]


def sign_in(page: Page, web: Web, user: User) -> None:
    """Open a sign-in link and press its one button."""
    page.goto(web.url + make_sign_in_link(user=user, now=timezone.now()))
    page.get_by_role("button", name="Sign in").click()


def test_redness_that_came_back_reaches_the_nurse(
    portal: RunningPortal,
    page: Page,
    browser: Browser,
    patient: Patient,
    procedure: Procedure,
    nurse: StaffMember,
) -> None:
    web = portal.web()
    portal.worker()
    portal.beat()

    sign_in(page, web, patient.user)
    page.get_by_role("link", name="Start check-in").click()
    page.get_by_role("group", name=re.compile("How red")).get_by_text("Mild", exact=True).click()
    came_back = page.get_by_role("group", name=re.compile("came back"))
    came_back.get_by_text("Yes, redness", exact=True).click()
    page.get_by_role("button", name="Send check-in").click()
    expect(page.locator("[data-level]")).to_have_attribute("data-level", "urgent")
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("call", re.IGNORECASE))
    expect(page.locator("main a[href^='tel:']").first).to_be_visible()

    portal.mail.wait_for(1, to=nurse.user.email)
    staff_page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(staff_page, web, nurse.user)
    staff_page.goto(f"{web.url}/clinic/")
    staff_page.get_by_role("button", name=re.compile("Acknowledge")).click()
    staff_page.goto(f"{web.url}/clinic/alerts/{Alert.objects.get(patient=patient).pk}/")
    expect(staff_page.get_by_role("heading", level=1)).to_contain_text(patient.user.first_name)
    for answer in (f"Reached {patient.user.first_name}", "Close it"):
        staff_page.locator(".call label", has_text=answer).click()
    staff_page.get_by_label("Outcome").select_option("advice_given")
    staff_page.get_by_role("button", name=re.compile("Save the call, close the alert")).click()
    expect(staff_page.get_by_role("status").first).to_contain_text("advice given")
    staff_page.context.close()

    alert = Alert.objects.get(patient=patient)
    assert alert.rule == "reported_return"
    assert (alert.status, alert.outcome) == (Alert.Status.CLOSED, Alert.Outcome.ADVICE_GIVEN)
    assert (alert.acknowledged_by, alert.closed_by) == (nurse.user, nurse.user)
