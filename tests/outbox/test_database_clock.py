"""One clock for all: a process whose host's clock is wrong claims nothing of another's, and waits for nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from aftercare.alerts.dispatching.dispatches import at_once
from aftercare.outbox import database_clock
from aftercare.outbox.claiming import claims
from aftercare.outbox.models import Heartbeat, Message
from aftercare.people.models import StaffMember
from tools.servers.mail import MailServer
from tools.servers.portal import bare_environment
from tools.servers.process import ROOT

NINETY = [pytest.param(90, id="ahead"), pytest.param(-90, id="behind")]
# Taken before a fixture replaces it.
MEASURE = database_clock.measure


@pytest.fixture
def measured_clock(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the database for its time, as the portal does."""
    monkeypatch.setattr(database_clock, "measure", MEASURE)


def in_a_process_that_is_off(seconds: int, code: str, mail_server: MailServer) -> str:
    """Run code of the portal in a process whose clock is so many seconds off; return what it prints."""
    database = connection.settings_dict
    env = bare_environment() | {
        "DATABASE_URL": f"postgres://postgres@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": mail_server.url,
        "SECRET_KEY": "a key of this test alone, as long as that of a portal: 0123456789",
        "DATA_KEYS": os.environ["DATA_KEYS"],
        "SITE_URL": "http://localhost",
        "TECHNICAL_CONTACT": "it@test.example",
        "DATA_DIR": os.environ["DATA_DIR"],
        "DJANGO_SETTINGS_MODULE": "aftercare.settings",
        "CODE": f"import django; django.setup(); {code}",
    }
    runner = "import os; exec(os.environ['CODE'])"
    ahead = (
        "import sys, time_machine; from datetime import datetime, timedelta, UTC;"
        f"time_machine.travel(datetime.now(UTC) + timedelta(seconds={seconds}), tick=True).start();"
    )
    done = subprocess.run(
        [sys.executable, "-c", ahead + runner], env=env, cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def waiting_message(member: StaffMember) -> Message:
    """A message that is due now; its words are asked for by whoever sends it."""
    now = timezone.now()
    message: Message = Message.objects.create(
        kind="alert_dispatch",
        subject=uuid.uuid4(),
        recipient=member.user,
        created_at=now,
        next_attempt_at=now,
    )
    return message


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seconds", NINETY)
def test_a_claim_of_another_process_is_left_to_it(
    seconds: int, nurse: StaffMember, mail_server: MailServer
) -> None:
    message = waiting_message(nurse)
    claim = claims.claim(Message.Channel.EMAIL, timezone.now())
    assert claim is not None

    in_a_process_that_is_off(
        seconds, "from aftercare.outbox.delivery import sweep; sweep(seconds=1)", mail_server
    )

    message.refresh_from_db()
    assert (message.state, message.claimed_by, message.deaths) == (Message.State.SENDING, claim.by, 0)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seconds", NINETY)
def test_its_heartbeat_is_fresh(seconds: int, clinic: object, mail_server: MailServer) -> None:
    code = "from aftercare.outbox.tasks import sweep; sweep(from_beat=True)"
    in_a_process_that_is_off(seconds, code, mail_server)

    at = Heartbeat.objects.get(name="beat").at
    assert abs(at - timezone.now()) < timedelta(seconds=20)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seconds", NINETY)
def test_what_it_lets_tell_at_once_is_due_at_once(
    seconds: int, clinic: object, mail_server: MailServer
) -> None:
    code = (
        "from django.utils import timezone; from aftercare.alerts.dispatching.dispatches import at_once;"
        "print(at_once(timezone.now()).timestamp())"
    )
    due = float(in_a_process_that_is_off(seconds, code, mail_server))

    assert due <= timezone.now().timestamp() + 1


@pytest.mark.usefixtures("measured_clock")
def test_the_clock_is_measured_anew_when_the_host_is_set() -> None:
    if connection.vendor != "postgresql":
        assert database_clock.offset() == timedelta(0)
        return
    real = timezone.now()
    assert database_clock.offset() == timedelta(0)

    with time_machine.travel(real + timedelta(hours=1), tick=True):
        assert abs(database_clock.offset() + timedelta(hours=1)) < timedelta(seconds=5)
        assert abs(database_clock.now() - real) < timedelta(seconds=5)
        assert at_once(timezone.now()) <= database_clock.now()

    assert database_clock.offset() == timedelta(0)


@pytest.mark.usefixtures("measured_clock")
def test_it_is_asked_seldom(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(1):
        for _time in range(100):
            database_clock.now()
