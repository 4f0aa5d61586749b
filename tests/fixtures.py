"""Fixtures for the tests of every room: clinics and their people, the alerts they work on, the clock.

A plugin of pytest, loaded by `tests/conftest.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from pytest_django import Settings

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert
from aftercare.guidance.actions.courses import publish_default_courses
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.outbox import database_clock
from aftercare.people.accounts import code_mails
from aftercare.people.models import Clinic, ContactPoint, Patient, Procedure, StaffMember, User
from tests.clock import frozen_at
from tests.factories import (
    MONDAY,
    ClinicFactory,
    PatientFactory,
    ProcedureFactory,
    UserFactory,
    alert_of,
    person,
)
from tools.servers.providers.answering import Answer, Provider, provider
from tools.servers.providers.push import VAPID_PRIVATE_KEY

NUMBER = "+447700900163"
MakePoint = Callable[..., ContactPoint]


@pytest.fixture(autouse=True)
def frozen_by_mark(request: pytest.FixtureRequest) -> Iterator[None]:
    """Stop the clock for a test that is marked `frozen_at(instant)`; the mark closest to the test counts."""
    mark = request.node.get_closest_marker("frozen_at")
    if mark is None:
        yield
        return
    with frozen_at(*mark.args):
        yield


@pytest.fixture(autouse=True)
def one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the test's clock, which often stands still, for the database's; `measured_clock` undoes this."""
    monkeypatch.setattr(database_clock, "_measurements", [])
    monkeypatch.setattr(database_clock, "measure", lambda: database_clock.NO_OFFSET)


@pytest.fixture(autouse=True)
def no_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any number of SMS and calls leave at once: the test's clock often stands still."""
    monkeypatch.setattr(settings, "SMS_PER_SECOND", 0.0)
    monkeypatch.setattr(settings, "CALLS_PER_SECOND", 0.0)


@pytest.fixture(autouse=True)
def codes_leave_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliver mails with a code in the request, not after its commit, which most tests never see.

    With the fixture `codes_wait` they wait, as they do in the portal.
    """
    if "codes_wait" not in request.fixturenames:
        monkeypatch.setattr(code_mails, "hand_over", code_mails.deliver_code_mails)


@pytest.fixture
def codes_wait() -> None:
    """Leave mails with a code to the commit: see `codes_leave_at_once`."""


@pytest.fixture
def empty_cache() -> None:
    """Empty the cache, which holds the counts of rate limits."""
    cache.clear()


@pytest.fixture
def clinic(db: None) -> Clinic:
    """The clinic of the nurse, the clinician, the manager and the patient: open on weekdays from 08:00 to 18:00."""
    return ClinicFactory.create(name="Larkfield Skin Clinic", slug="larkfield")


@pytest.fixture
def other_clinic(db: None) -> Clinic:
    """The clinic of the outsider and the stranger."""
    return ClinicFactory.create(name="Elsewhere Clinic", slug="elsewhere")


@pytest.fixture
def nurse(clinic: Clinic) -> StaffMember:
    return person(clinic, "Ruth", StaffMember.Role.NURSE)


@pytest.fixture
def clinician(clinic: Clinic) -> StaffMember:
    """A clinician of the same clinic."""
    return person(clinic, "Tom", StaffMember.Role.CLINICIAN)


@pytest.fixture
def manager(clinic: Clinic) -> StaffMember:
    """The manager of the same clinic."""
    return person(clinic, "Ann", StaffMember.Role.MANAGER)


@pytest.fixture
def outsider(other_clinic: Clinic) -> StaffMember:
    """A nurse of another clinic."""
    return person(other_clinic, "Olga", StaffMember.Role.NURSE)


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    user = UserFactory.create(email="amara@test.example", first_name="Amara", last_name="Test")
    return PatientFactory.create(clinic=clinic, user=user)


@pytest.fixture
def stranger(other_clinic: Clinic) -> Patient:
    """A patient of another clinic."""
    user = UserFactory.create(email="sam@test.example", first_name="Sam", last_name="Test")
    return PatientFactory.create(clinic=other_clinic, user=user)


@pytest.fixture
def procedure(patient: Patient, nurse: StaffMember) -> Procedure:
    """The patient's microneedling of the face, at MONDAY."""
    return ProcedureFactory.create(patient=patient, recorded_by=nurse.user)


@pytest.fixture
def course_set(clinic: Clinic, manager: StaffMember) -> ExpectedCourseSet:
    """The shipped expected courses, published for the clinic."""
    return publish_default_courses(clinic=clinic, by=manager.user, now=MONDAY - timedelta(days=30))


@pytest.fixture
def urgent_alert(patient: Patient, procedure: Procedure) -> Alert:
    """An urgent alert about pus, opened at 20 h: on Tuesday at 06:00, when the clinic is closed."""
    return alert_of(patient, 20, signs=["pus"])


@pytest.fixture
def daytime_alert(patient: Patient, procedure: Procedure) -> Alert:
    """An urgent alert about pus, opened at 1 h: on Monday at 11:00, while the clinic is open."""
    return alert_of(patient, 1, signs=["pus"])


@pytest.fixture
def owned_alert(daytime_alert: Alert, nurse: StaffMember) -> Alert:
    """The same alert, acknowledged by the nurse at the instant it was opened."""
    return acknowledge(alert=daytime_alert, by=nurse.user, now=daytime_alert.opened_at)


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Provider]:
    """A gateway for SMS on this machine, which the portal uses."""
    with provider() as running:
        settings.SMS_URL, settings.CHANNEL_HOSTS = running.sms_url, ("127.0.0.1",)
        yield running


@pytest.fixture
def push_service(settings: Settings) -> Iterator[Provider]:
    """A push service on this machine, with a key of the portal to sign with."""
    with provider() as running:
        running.otherwise = Answer(201, "")
        settings.VAPID_PRIVATE_KEY, settings.CHANNEL_HOSTS = VAPID_PRIVATE_KEY, ("127.0.0.1",)
        settings.VAPID_SUBJECT = "mailto:it@clinic.example"
        yield running


@pytest.fixture
def make_point(nurse: StaffMember) -> MakePoint:
    """Make a confirmed contact point: a mobile number of the nurse, unless other fields are given."""

    def make(user: User | None = None, **fields: Any) -> ContactPoint:
        values = {"kind": "sms", "address": NUMBER, "created_at": MONDAY, "verified_at": MONDAY, **fields}
        point: ContactPoint = ContactPoint.objects.create(user=user or nurse.user, **values)
        return point

    return make
