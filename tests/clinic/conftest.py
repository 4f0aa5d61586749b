"""Fixtures for the workspace of staff: windows of a browser, and patients who reported just now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from aftercare.alerts.models import Alert, ContactStep
from aftercare.checkins.models import NonResponse
from aftercare.outbox.delivery import sweep
from aftercare.people.models import Clinic, Patient, StaffMember
from tests.clinic.browsing import DESK, Desk
from tests.clinic.staff_client import proved_client
from tests.factories import PatientFactory, ProcedureFactory, UserFactory, check_in
from tests.fixtures import MakePoint
from tests.ui.browser import HURRY


@pytest.fixture
def daniel(clinic: Clinic, nurse: StaffMember) -> Patient:
    """A patient at risk, three days after treatment, who has just reported a return and wants a call."""
    now = timezone.now()
    daniel = PatientFactory.create(
        clinic=clinic,
        user=UserFactory.create(first_name="Daniel", last_name="Reyes"),
        intake=["iq7"],
        at_risk=True,
        call_back_telephone="07700 900142",
    )
    ProcedureFactory.create(patient=daniel, performed_at=now - timedelta(hours=70), recorded_by=nurse.user)
    check_in(daniel, now - timedelta(hours=24), redness=1)
    check_in(daniel, now, redness=3, came_back="redness", want_contact=True, note="Woke up with it.")
    return daniel


@pytest.fixture
def busy(daniel: Patient, nurse: StaffMember) -> None:
    """One patient in each other section of the queue."""
    now = timezone.now()
    reports: dict[str, dict[str, Any]] = {
        "Joan": {"emergency": ["breathing"]},
        "Priya": {"unwell": ["flu"]},
        "Kofi": {"signs": ["patches"]},
        "Ben": {},
    }
    for name, said in reports.items():
        user = UserFactory.create(first_name=name, last_name="Test")
        patient = PatientFactory.create(clinic=daniel.clinic, user=user, call_back_telephone="07700 900143")
        treated = now - timedelta(hours=50)
        procedure = ProcedureFactory.create(patient=patient, performed_at=treated, recorded_by=nurse.user)
        if said:
            check_in(patient, now - timedelta(minutes=5), **said)
        else:
            NonResponse.objects.create(
                patient=patient, procedure=procedure, silent_since=treated, noted_at=now
            )


@pytest.fixture
def staff_browser(browser: Browser, live_server: LiveServer, nurse: StaffMember) -> Iterator[Any]:
    """Opens windows of a size and a colour scheme."""
    windows: list[tuple[BrowserContext, Desk]] = []

    def window(
        size: tuple[int, int] = DESK,
        scheme: str = "light",
        member: StaffMember = nurse,
        hurry: bool = True,
        scripted: bool = True,
    ) -> Desk:
        context = browser.new_context(
            java_script_enabled=scripted,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en-GB",
        )
        context.set_default_timeout(10_000)
        if hurry:
            context.add_init_script(HURRY)
        session = proved_client(member).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        windows.append((context, Desk(context, live_server.url)))
        return windows[-1][1]

    yield window
    for context, opened in windows:
        # A request that a test has routed may be under way: its error would fail the next test.
        opened.page.unroute_all(behavior="ignoreErrors")
        context.close()
    assert [error for _, opened in windows for error in opened.errors] == []


@pytest.fixture
def steps(nurse: StaffMember, clinician: StaffMember, manager: StaffMember, make_point: MakePoint) -> None:
    """Nurse and manager are told first, then the clinician; nurse and manager have a telephone."""
    first, second = (ContactStep.objects.create(clinic=nurse.clinic, position=place) for place in (0, 1))
    first.members.add(nurse, manager)
    second.members.add(clinician)
    for number, member in enumerate((nurse, manager, clinician)):
        make_point(member.user, address=f"+44770090016{number}")


@pytest.fixture
def emergency(steps: None, nurse: StaffMember, gateway: object) -> Alert:
    """An emergency of two minutes ago, told."""
    now: datetime = timezone.now()
    user = UserFactory.create(first_name="Amara", last_name="Osei")
    amara: Patient = PatientFactory.create(clinic=nurse.clinic, user=user)
    ProcedureFactory.create(patient=amara, performed_at=now - timedelta(hours=20), recorded_by=nurse.user)
    check_in(amara, now - timedelta(minutes=2), emergency=["breathing"])
    sweep(lambda: now - timedelta(minutes=2))
    alert: Alert = amara.alerts.get(rule="trouble_breathing")
    return alert
