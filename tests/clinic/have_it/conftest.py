"""An emergency of which the nurse was told by SMS, and the link in that SMS."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from aftercare.alerts.answering.links import own_links
from aftercare.alerts.models import Alert, ContactStep
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, StaffMember
from tests.factories import PatientFactory, ProcedureFactory, UserFactory, check_in
from tests.fixtures import MakePoint


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


def link_to(member: StaffMember) -> str:
    """Return the path of the link in the newest SMS to the member."""
    sent = Message.objects.filter(kind="alert_dispatch", channel="sms", recipient=member.user)
    message = sent.latest("created_at")
    return own_links([message], timezone.now())[message.pk]
