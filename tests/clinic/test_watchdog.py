"""The watchdog: for cron, without worker, beat and broker."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from aftercare.alerts.notifying.notifications import drain
from aftercare.outbox import delivery_health
from aftercare.outbox.heartbeats import beat_heart
from aftercare.people.models import Clinic, Patient, StaffMember
from clinic import watchdog
from tests.clock import frozen_at
from tests.factories import at, check_in
from tools.servers.mail import MailServer
from tools.servers.process import ROOT

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


@pytest.mark.usefixtures("alive")
def test_a_portal_with_nobody_to_tell_is_not_well(settings: Any) -> None:
    Clinic.objects.update(technical_contact="")
    settings.DEMO = False

    with pytest.raises(CommandError, match="Nobody is mailed when something is wrong: set TECHNICAL_CONTACT"):
        call_command("watchdog")

    settings.TECHNICAL_CONTACT = CONTACT
    call_command("watchdog")


def test_whoever_runs_the_portal_is_mailed_beside_the_clinics(settings: Any) -> None:
    settings.TECHNICAL_CONTACT = "portal@test.example"

    with pytest.raises(CommandError):
        call_command("watchdog")

    assert sorted(each.to[0] for each in mail.outbox) == [CONTACT, "portal@test.example"]


CRON_LINE = re.compile(r"^\* \* \* \* \* aftercare (.*)$", re.MULTILINE)


@pytest.fixture
def in_production(mail_server: MailServer, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the line of docs/operating.md as cron does: by a shell, with nothing of this process's environment."""
    database = connection.settings_dict
    variables = {
        "DATABASE_URL": f"postgres://postgres@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "EMAIL_URL": mail_server.url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "a key of this test alone, as long as that of a portal: 0123456789",
        "DATA_KEYS": os.environ["DATA_KEYS"],
        "SITE_URL": "https://aftercare.test.example",
        "TECHNICAL_CONTACT": "portal@test.example",
        "DATA_DIR": str(tmp_path),
    }
    (line,) = CRON_LINE.findall((ROOT / "docs" / "operating.md").read_text())

    def run(**changed: str) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "aftercare.env"
        file.write_text("".join(f"{name}={value}\n" for name, value in (variables | changed).items()))
        command = (
            line.replace("/etc/aftercare.env", str(file))
            .replace("/srv/aftercare/.venv/bin/python", sys.executable)
            .replace("/srv/aftercare/", f"{ROOT}/")
        )
        return subprocess.run(
            ["env", "-i", "/bin/sh", "-c", command],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
class TestTheLineForCron:
    def test_it_works_and_mails_without_worker_beat_and_broker(
        self, in_production: Callable[..., subprocess.CompletedProcess[str]], mail_server: MailServer
    ) -> None:
        done = in_production()

        assert done.returncode == 1
        assert "The worker shows no sign of life." in done.stderr
        assert "Traceback" not in done.stderr
        texts = {str(letter["To"]): str(letter.get_payload()) for letter in mail_server.messages}
        assert "The worker shows no sign of life." in texts["portal@test.example"]

    def test_a_database_that_is_away_is_said_and_mailed_once_an_hour(
        self, in_production: Callable[..., subprocess.CompletedProcess[str]], mail_server: MailServer
    ) -> None:
        for _minute in range(2):
            done = in_production(DATABASE_URL="postgres://postgres@127.0.0.1:1/none")
            assert done.returncode == 1
            assert "The database cannot be reached." in done.stderr
            assert "Traceback" not in done.stderr

        (letter,) = mail_server.messages
        assert letter["To"] == "portal@test.example"
        assert "The database cannot be reached." in str(letter.get_payload())
