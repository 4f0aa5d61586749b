"""Banners above every page of staff while somebody can't be notified."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from aftercare.alerts.notifying.notifications import KIND, drain
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, Procedure, StaffMember
from clinic.on_call.banners import clear_caches
from tests.clinic.staff_client import staff_client, words
from tests.clock import frozen_at
from tests.factories import at, check_in

REFUSED = "Mail to Ruth Test does not arrive"


@pytest.fixture
def refused(patient: Patient, procedure: Procedure, nurse: StaffMember) -> Message:
    """A mail to the nurse about an alert that her mail server refused for good, at 1 h."""
    check_in(patient, 1, signs=["pus"])
    drain(at(1))
    Message.objects.filter(kind=KIND, recipient=nurse.user).update(
        state=Message.State.FAILED,
        failure=Message.Failure.PERMANENT,
        error="recipient refused 550",
        finished_at=at(1),
    )
    return Message.objects.get(recipient=nurse.user)


def seen(member: StaffMember, h: float) -> str:
    """The queue of a staff member at an hour."""
    clear_caches()
    with frozen_at(at(h)):
        return words(staff_client(member).get(reverse("clinic:queue")))


def test_whose_mail_is_refused_is_named_until_somebody_has_looked_into_it(
    refused: Message, clinician: StaffMember, outsider: StaffMember
) -> None:
    assert REFUSED in seen(clinician, 1.1)
    assert REFUSED not in seen(outsider, 1.1)

    Message.objects.filter(pk=refused.pk).update(attended_at=at(1.2))

    assert REFUSED not in seen(clinician, 1.3)


def test_a_mail_that_arrives_later_takes_it_down(refused: Message, clinician: StaffMember) -> None:
    Message.objects.create(
        kind=KIND,
        subject=refused.subject,
        sender=refused.sender,
        recipient=refused.recipient,
        repeat=1,
        state=Message.State.SENT,
        created_at=at(1),
        next_attempt_at=at(1),
        finished_at=refused.finished_at + timedelta(minutes=1) if refused.finished_at else None,
    )

    assert REFUSED not in seen(clinician, 1.1)


def test_who_has_left_is_not_named(refused: Message, nurse: StaffMember, clinician: StaffMember) -> None:
    StaffMember.objects.filter(pk=nurse.pk).update(is_active=False)

    assert "does not arrive" not in seen(clinician, 1.1)


def test_that_nobody_can_be_told_is_said_to_whoever_looks(
    patient: Patient, procedure: Procedure, nurse: StaffMember, outsider: StaffMember
) -> None:
    StaffMember.objects.filter(pk=nurse.pk).update(away_from=at(0))
    check_in(patient, 1, signs=["pus"])
    drain(at(1))

    assert "Nobody here can be told since 11:00" in seen(nurse, 1.1)
    assert "Nobody here can be told" not in seen(outsider, 1.1)
