"""Everybody who was woken is told who has it, and nobody is told twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.factories import alert_of, at
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Provider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def telephones(nurse: StaffMember, clinician: StaffMember, make_point: MakePoint) -> None:
    for number, member in enumerate((nurse, clinician), start=163):
        make_point(member.user, address=f"+447700900{number}")


def minute(count: float) -> datetime:
    return at(20) + timedelta(minutes=count)


def said(gateway: Provider) -> list[tuple[str, str]]:
    return [(number[-3:], text) for number, text in gateway.texts if " has it" in text]


def test_who_was_woken_is_told_who_has_it(
    patient: Patient, procedure: Procedure, nurse: StaffMember, manager: StaffMember, gateway: Provider
) -> None:
    alert = alert_of(patient, 20, emergency=["breathing"])
    sweep(lambda: minute(0))

    acknowledge(alert=alert, by=nurse.user, now=minute(2))
    sweep(lambda: minute(2))
    acknowledge(alert=alert, by=nurse.user, now=minute(3))
    sweep(lambda: minute(3))

    ((number, text),) = said(gateway)
    assert number == "164"
    assert f"{nurse.user} has it. You need do nothing." in text
    assert "Amara" not in text
    assert not Message.objects.filter(kind="alert_taken", channel="email").exists()


def test_who_was_told_by_mail_alone_is_told_nothing_more(
    patient: Patient, procedure: Procedure, nurse: StaffMember, gateway: Provider
) -> None:
    alert = alert_of(patient, 20, signs=["pus"])
    sweep(lambda: minute(0))

    acknowledge(alert=alert, by=nurse.user, now=minute(2))
    sweep(lambda: minute(6))

    assert gateway.received == []


def test_nobody_hears_that_somebody_has_what_waits_again(
    patient: Patient, procedure: Procedure, nurse: StaffMember, gateway: Provider
) -> None:
    alert = alert_of(patient, 20, emergency=["breathing"])
    sweep(lambda: minute(0))
    acknowledge(alert=alert, by=nurse.user, now=minute(2))

    give_back(alert=alert, by=nurse.user, now=minute(2))
    sweep(lambda: minute(2))

    assert said(gateway) == []
