"""The watchdog: for cron, without worker, beat and broker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command

from aftercare.alerts.notifying.notifications import drain
from aftercare.outbox import delivery_health
from aftercare.outbox.heartbeats import beat_heart
from aftercare.people.models import Clinic, Patient, StaffMember
from clinic import watchdog
from tests.clock import frozen_at
from tests.factories import at, check_in

pytestmark = pytest.mark.usefixtures("procedure")
CONTACT = "it@test.example"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with frozen_at(at(20)) as clock:
        yield clock


@pytest.fixture(autouse=True)
def contact(clinic: Clinic) -> None:
    """The clinic has somebody who is mailed, and so has another clinic: the same person."""
    Clinic.objects.update(technical_contact=CONTACT)


@pytest.fixture
def alive() -> None:
    """Worker and beat, both seen a moment ago."""
    for part in delivery_health.PARTS:
        beat_heart(part, at(20))


def to_contact() -> list[str]:
    """The texts of the mails to the technical contact."""
    return [str(each.body) for each in mail.outbox if each.to == [CONTACT]]


@pytest.mark.usefixtures("alive")
def test_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("watchdog")

    assert "as they should" in capsys.readouterr().out
    assert mail.outbox == []


def test_what_is_wrong_is_said_and_mailed(other_clinic: Clinic) -> None:
    Clinic.objects.update(technical_contact=CONTACT)
    with pytest.raises(CommandError, match="The worker shows no sign of life") as failed:
        call_command("watchdog")

    assert failed.value.returncode == 1
    assert len(to_contact()) == 1
    assert "The beat shows no sign of life" in to_contact()[0]


def test_trouble_that_lasts_is_mailed_once_an_hour(clock: time_machine.Traveller) -> None:
    for minutes in (0, 30, 59, 60, 90):
        clock.move_to(at(20, minutes=minutes))
        with pytest.raises(CommandError):
            call_command("watchdog")

    assert len(to_contact()) == 2


@pytest.mark.usefixtures("alive")
def test_a_message_that_waits_too_long_is_trouble_and_is_sent(patient: Patient, nurse: StaffMember) -> None:
    minute_ago = at(20) - timedelta(minutes=1)
    check_in(patient, minute_ago, signs=["pus"])
    drain(minute_ago)

    with pytest.raises(CommandError, match="has been waiting for"):
        call_command("watchdog", "--send")

    assert [each.to for each in mail.outbox if each.to != [CONTACT]] == [[nurse.user.email]]
    call_command("watchdog", "--send")


def test_what_nobody_acknowledged_is_told_though_beat_is_down(patient: Patient, nurse: StaffMember) -> None:
    check_in(patient, at(19), emergency=["eye"])

    with pytest.raises(CommandError):
        call_command("watchdog", "--send")

    reasons = set(patient.dispatches.values_list("reason", flat=True))
    assert reasons == {"opened", "unacknowledged"}


def test_one_rule_that_fails_keeps_nothing_else(
    patient: Patient, nurse: StaffMember, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_now: object) -> None:
        raise ValueError

    monkeypatch.setattr(watchdog, "RULES", (fails, *watchdog.RULES))
    check_in(patient, at(20) - timedelta(minutes=1), emergency=["eye"])

    assert watchdog.send_overdue(at(20)) == 1
    assert "fails failed" in caplog.text


def test_a_mail_server_that_is_gone_still_gives_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(_mail: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", gone)

    with pytest.raises(CommandError):
        call_command("watchdog")

    assert "could not be mailed" in caplog.text
