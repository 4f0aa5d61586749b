"""Everybody who was woken is told who has it, and nobody is told twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.models import Alert
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.factories import alert_of, at
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Provider, running
from tools.servers.providers.twilio import Twilio

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def telephones(nurse: StaffMember, clinician: StaffMember, make_point: MakePoint) -> None:
    for number, member in enumerate((nurse, clinician), start=163):
        make_point(member.user, address=f"+447700900{number}")


@pytest.fixture
def twilio(settings: Settings, gateway: Provider) -> Iterator[Twilio]:
    """A telephone service beside the gateway for SMS."""
    with running(Twilio()) as server:
        settings.VOICE_URL, settings.TWILIO_API = server.voice_url, server.api
        yield server


def minute(count: float) -> datetime:
    return at(20) + timedelta(minutes=count)


def said(gateway: Provider) -> list[tuple[str, str]]:
    return [(number[-3:], text) for number, text in gateway.texts if re.search(" has (closed )?alert", text)]


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
    assert f"{nurse.user} has alert {Alert.objects.get(pk=alert.pk).number}. You need do nothing." in text
    assert "Amara" not in text
    assert not Message.objects.filter(kind="alert_taken", channel="email").exists()


def taken_by() -> set[str]:
    return set(Message.objects.filter(kind="alert_taken").values_list("channel", flat=True))


def test_who_was_called_as_well_is_not_called_again(
    patient: Patient,
    procedure: Procedure,
    nurse: StaffMember,
    clinician: StaffMember,
    make_point: MakePoint,
    twilio: Twilio,
) -> None:
    make_point(clinician.user, kind="voice", address="+447700900164")
    alert = alert_of(patient, 20, emergency=["breathing"])
    sweep(lambda: minute(0))
    sweep(lambda: minute(4))
    assert [call.to for call in twilio.calls] == ["+447700900164"]

    acknowledge(alert=alert, by=nurse.user, now=minute(5))

    assert taken_by() == {"sms"}


def test_who_was_only_called_is_called_again(
    patient: Patient,
    procedure: Procedure,
    nurse: StaffMember,
    clinician: StaffMember,
    make_point: MakePoint,
    twilio: Twilio,
) -> None:
    clinician.user.contact_points.all().delete()
    make_point(clinician.user, kind="voice", address="+447700900164")
    alert = alert_of(patient, 20, emergency=["breathing"])
    sweep(lambda: minute(0))
    sweep(lambda: minute(4))

    acknowledge(alert=alert, by=nurse.user, now=minute(5))
    sweep(lambda: minute(5))

    assert taken_by() == {"voice"}
    assert f"{nurse.user} has alert" in twilio.calls[-1].said[0]
    assert twilio.calls[-1].keys_url == ""


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


def test_who_was_woken_is_told_of_a_call_and_of_a_closing_too(
    patient: Patient, procedure: Procedure, nurse: StaffMember, gateway: Provider
) -> None:
    alert = alert_of(patient, 20, emergency=["breathing"])
    sweep(lambda: minute(0))

    record_contact_attempt(patient=patient, by=nurse.user, now=minute(2), result="no_answer")
    sweep(lambda: minute(2))
    close(alert=alert, by=nurse.user, now=minute(5), outcome="mistake", note="A test.")
    sweep(lambda: minute(5))

    ((number, text),) = said(gateway)
    assert number == "164"
    assert f"{nurse.user} has alert" in text


def test_who_was_woken_is_told_that_it_was_closed(
    patient: Patient, procedure: Procedure, nurse: StaffMember, gateway: Provider
) -> None:
    alert = alert_of(patient, 20, emergency=["breathing"])
    sweep(lambda: minute(0))

    close(alert=alert, by=nurse.user, now=minute(2), outcome="mistake", note="A test.")
    sweep(lambda: minute(2))

    ((_number, text),) = said(gateway)
    assert f"{nurse.user} has closed alert" in text


def test_who_was_woken_because_nobody_called_is_told_who_does(
    patient: Patient, procedure: Procedure, nurse: StaffMember, clinician: StaffMember, gateway: Provider
) -> None:
    from aftercare.alerts.following_up.escalation import follow_up

    alert = alert_of(patient, 20, emergency=["breathing"])
    acknowledge(alert=alert, by=nurse.user, now=minute(0.1))
    follow_up(minute(11))
    sweep(lambda: minute(11))

    acknowledge(alert=alert, by=clinician.user, now=minute(12))
    sweep(lambda: minute(12))

    assert [number for number, text in said(gateway) if str(clinician.user) in text] == ["163"]


@pytest.mark.parametrize("channel", [one for one in Message.Channel if one != Message.Channel.EMAIL])
def test_each_is_told_by_the_way_that_woke_them(
    patient: Patient, procedure: Procedure, nurse: StaffMember, clinician: StaffMember, channel: str
) -> None:
    alert = alert_of(patient, 20, emergency=["breathing"])
    Message.objects.create(
        kind="alert_dispatch",
        subject=alert.dispatches.get().pk,
        recipient=clinician.user,
        channel=channel,
        state="sent",
        created_at=minute(0),
        next_attempt_at=minute(0),
        finished_at=minute(0),
    )

    acknowledge(alert=alert, by=nurse.user, now=minute(2))

    told = Message.objects.get(kind="alert_taken")
    assert (told.recipient, told.channel) == (clinician.user, channel)
