"""Somebody takes an alert while it is being escalated or sent: one state, and at most one message more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db.models import F

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.following_up import escalation
from aftercare.alerts.models import Alert
from aftercare.alerts.notifying.notifications import drain
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.at_once import at_once
from tests.factories import alert_of, at
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Provider

pytestmark = pytest.mark.django_db(transaction=True)
NURSES, CLINICIANS = "+447700900163", "+447700900164"


def minute(count: float) -> datetime:
    return at(20) + timedelta(minutes=count)


def told_who_has_it(gateway: Provider) -> list[str]:
    return [number for number, text in gateway.texts if " has " in text]


@pytest.fixture
def alert(
    patient: Patient,
    procedure: Procedure,
    nurse: StaffMember,
    clinician: StaffMember,
    make_point: MakePoint,
    gateway: Provider,
) -> Alert:
    """An emergency, of which nurse and clinician are told by SMS."""
    make_point(nurse.user, address=NURSES)
    make_point(clinician.user, address=CLINICIANS)
    raised: Alert = alert_of(patient, 20, emergency=["breathing"])
    return raised


def test_an_acknowledgement_and_an_escalation_at_once_end_in_one_state(
    alert: Alert, nurse: StaffMember, gateway: Provider
) -> None:
    sweep(lambda: minute(0))
    before = len(gateway.received)

    outcomes = at_once(
        lambda: escalation.escalate(minute(15)),
        lambda: acknowledge(alert=alert, by=nurse.user, now=minute(15)),
    )
    sweep(lambda: minute(15))

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    alert.refresh_from_db()
    assert (alert.is_waiting, alert.acknowledged_by) == (False, nurse.user)
    assert len(gateway.received) == before + 1
    assert told_who_has_it(gateway) == [CLINICIANS]


@pytest.mark.parametrize(("became", "told"), [("sent", [CLINICIANS]), ("withdrawn", [])])
def test_who_was_sent_a_message_meanwhile_is_told_and_nobody_else(
    alert: Alert, nurse: StaffMember, gateway: Provider, became: str, told: list[str]
) -> None:
    """A worker may take a message just before the acknowledgement is committed, and send it after."""
    drain(minute(0))
    acknowledge(alert=alert, by=nurse.user, now=minute(0))
    waiting = Message.objects.filter(kind="alert_dispatch", channel="sms")
    assert waiting.update(state=became, finished_at=minute(0), bundle=F("pk")) == 2

    sweep(lambda: minute(0) + timedelta(seconds=1))

    assert told_who_has_it(gateway) == told
