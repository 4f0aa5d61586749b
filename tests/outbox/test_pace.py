"""The pace of a channel: no more leave in a second than its provider takes, and the most urgent first."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from aftercare.outbox import registry
from aftercare.outbox.channels.gateways import load_plugins
from aftercare.outbox.claiming import claims, pace
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from tests.factories import at
from tools.servers.providers.answering import Answer, Provider, Received, running

MakeMessage = Callable[..., Message]
SECOND = timedelta(seconds=1)


class Timed(Provider):
    """A gateway that notes when each SMS arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[float] = []

    def respond(self, _received: Received) -> Answer:
        self.arrived.append(time.monotonic())
        return self.otherwise


@pytest.fixture
def gateway(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Timed]:
    number = "+447700900163"
    monkeypatch.setattr(
        registry, "_points", [(lambda points: dict.fromkeys(points, number), lambda *_: None)]
    )
    load_plugins()
    with running(Timed()) as server:
        settings.SMS_URL, settings.CHANNEL_HOSTS = server.sms_url, ("127.0.0.1",)
        yield server


@pytest.fixture
def sms(make_message: MakeMessage) -> MakeMessage:
    def make(**fields: Any) -> Message:
        return make_message(channel=Message.Channel.SMS, point=uuid.uuid4(), **fields)

    return make


def claimed(now: datetime) -> list[Message] | None:
    claim = claims.claim(Message.Channel.SMS, now)
    return [message for mail in claim.mails for message in mail] if claim else None


@pytest.mark.parametrize(("rate", "most"), [(0, 100), (0.1, 1), (1, 1), (2.5, 2), (30, 30), (1000, 100)])
def test_a_claim_takes_what_may_leave_within_a_second(rate: float, most: int) -> None:
    assert pace.most_mails(rate, 100) == most


@pytest.mark.parametrize(("rate", "mails", "seconds"), [(0.1, 1, 10), (1, 1, 1), (2, 1, 0.5), (30, 30, 1)])
def test_the_next_may_leave_once_those_before_have_had_their_time(
    rate: float, mails: int, seconds: float
) -> None:
    turn = pace.next_turn(rate, mails, at())

    assert pace.seconds_until(turn, at()) == seconds
    assert pace.seconds_until(turn, turn) == 0
    assert pace.seconds_until(turn, turn + SECOND) == 0


def test_a_clock_that_was_set_back_holds_nothing() -> None:
    assert pace.seconds_until(at() + timedelta(hours=1), at()) == 0
    assert pace.seconds_until(None, at()) == 0


@pytest.mark.django_db
def test_whichever_worker_asks_nothing_is_claimed_before_its_time_and_then_the_most_urgent(
    sms: MakeMessage, settings: Settings
) -> None:
    settings.SMS_PER_SECOND = 1.0
    first, later = sorted((sms(), sms()), key=lambda message: message.subject)  # as claims order equals
    assert claimed(at()) == [first]

    urgent = sms(priority=Message.Priority.NOW)

    assert claimed(at() + SECOND * 0.9) is None
    assert claimed(at() + SECOND) == [urgent]
    assert claimed(at() + SECOND * 2) == [later]


@pytest.mark.django_db
def test_without_a_limit_all_are_claimed_at_once(sms: MakeMessage) -> None:
    both = {sms(), sms()}

    assert set(claimed(at()) or []) == both


@pytest.mark.django_db
def test_a_limit_of_sms_holds_back_no_call(
    sms: MakeMessage, make_message: MakeMessage, settings: Settings
) -> None:
    settings.SMS_PER_SECOND = settings.CALLS_PER_SECOND = 1.0
    sms()
    make_message(channel=Message.Channel.VOICE, point=uuid.uuid4())

    assert claims.claim(Message.Channel.SMS, at())
    assert claims.claim(Message.Channel.VOICE, at())


@pytest.mark.django_db(transaction=True)
def test_a_run_sends_at_the_pace_that_is_set(gateway: Timed, sms: MakeMessage, settings: Settings) -> None:
    settings.SMS_PER_SECOND = 2.0
    now = timezone.now()
    for _number in range(5):
        sms(created_at=now, next_attempt_at=now)

    until = time.monotonic() + 30
    while len(gateway.arrived) < 5 and time.monotonic() < until:
        sweep(timezone.now)

    # Two at once, two a second later, one another second later.
    assert len(gateway.arrived) == 5
    assert gateway.arrived[-1] - gateway.arrived[0] >= 1


@pytest.mark.django_db(transaction=True)
def test_a_run_does_not_wait_for_a_turn_that_comes_after_its_end(
    gateway: Timed, sms: MakeMessage, settings: Settings
) -> None:
    settings.SMS_PER_SECOND = 0.1
    now = timezone.now()
    sms(created_at=now, next_attempt_at=now)
    sms(created_at=now, next_attempt_at=now)

    assert sweep(timezone.now) == 1
    assert len(gateway.arrived) == 1
