"""The channels side by side: one that hangs delays no other."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.utils import timezone
from pytest_django import Settings

from aftercare.outbox import delivery, registry
from aftercare.outbox.channels import gateways
from aftercare.outbox.claiming import claims, sources
from aftercare.outbox.lines import sweep_all
from aftercare.outbox.models import Message
from tests.outbox.wire import Wire
from tools.servers.providers.answering import HANG_SECONDS, Answer, Provider, provider

MakeMessage = Callable[..., Message]


@pytest.fixture
def gateway(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setattr(
        registry, "_points", [(lambda points: dict.fromkeys(points, "+447700900163"), lambda *_: None)]
    )
    with provider() as running:
        settings.SMS_URL, settings.CHANNEL_HOSTS = running.sms_url, ("127.0.0.1",)
        yield running


def wait_until(is_so: Callable[[], bool]) -> bool:
    """Wait ten seconds at most for something to be so."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.django_db(transaction=True)
def test_an_sms_leaves_while_the_mail_server_hangs(
    gateway: Provider, wire: Wire, make_message: MakeMessage
) -> None:
    answers = threading.Event()
    hangs = threading.Event()

    def hang() -> None:
        hangs.set()
        answers.wait(20)

    wire.meanwhile = hang
    now = timezone.now()
    make_message(created_at=now, next_attempt_at=now)
    run = threading.Thread(target=sweep_all)
    run.start()
    assert hangs.wait(10)

    # It falls due when the run has begun, and its line found nothing to do.
    later = timezone.now()
    message = make_message(
        channel=Message.Channel.SMS, point=uuid.uuid4(), created_at=later, next_attempt_at=later
    )
    left = wait_until(lambda: Message.objects.get(pk=message.pk).state == Message.State.SENT)
    was_hanging = not answers.is_set() and wire.outgoing == []
    answers.set()
    run.join(10)

    assert left
    assert was_hanging
    assert len(wire.outgoing) == 1


@pytest.mark.django_db(transaction=True)
def test_mails_leave_while_the_gateway_hangs(
    gateway: Provider, wire: Wire, make_message: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    gateway.otherwise = Answer(when=answers)
    # On a slow machine the mail may take longer than a gateway is waited for.
    monkeypatch.setitem(gateways.PATIENCE, "rto", 2 * HANG_SECONDS)
    now = timezone.now()
    make_message(channel=Message.Channel.SMS, point=uuid.uuid4(), created_at=now, next_attempt_at=now)
    mail = make_message(created_at=now, next_attempt_at=now)
    run = threading.Thread(target=sweep_all)
    run.start()

    left = wait_until(lambda: Message.objects.get(pk=mail.pk).state == Message.State.SENT)
    # The lines start in any order: the gateway may be asked after the mail has left.
    was_hanging = wait_until(lambda: gateway.received != []) and not answers.is_set()
    states = set(Message.objects.filter(channel="sms").values_list("state", flat=True))
    answers.set()
    run.join(10)

    assert left
    assert was_hanging
    assert states == {"sending"}
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_a_line_that_breaks_off_ends_no_other(
    gateway: Provider, wire: Wire, make_message: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_points: object) -> dict[uuid.UUID, str]:
        raise ValueError("a fault")

    monkeypatch.setattr(registry, "_points", [(fails, lambda *_: None)])
    now = timezone.now()
    make_message(channel=Message.Channel.SMS, point=uuid.uuid4(), created_at=now, next_attempt_at=now)
    mail = make_message(created_at=now, next_attempt_at=now)

    assert sweep_all() == 1
    assert wire.sent == [mail.pk]


@pytest.mark.django_db(transaction=True)
def test_what_one_line_lets_be_written_for_another_leaves_in_the_same_run(
    gateway: Provider, wire: Wire, make_message: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    make_message(created_at=now, next_attempt_at=now)
    has_left = threading.Event()
    wire.meanwhile = has_left.set

    def write_sms(at: datetime) -> int:
        """Write an SMS as soon as the mail has left, when nothing but the line of the mails is at work."""
        if not has_left.is_set():
            return 0
        has_left.clear()
        make_message(channel=Message.Channel.SMS, point=uuid.uuid4(), created_at=at, next_attempt_at=at)
        return 1

    monkeypatch.setattr(registry, "_sources", {"test": write_sms})

    assert sweep_all() == 2
    assert len(gateway.received) == 1


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_rests_after_an_outage_keeps_no_run_going(
    gateway: Provider, wire: Wire, make_message: MakeMessage
) -> None:
    now = timezone.now()
    claims.record_outage(Message.Channel.SMS, now)
    make_message(channel=Message.Channel.SMS, point=uuid.uuid4(), created_at=now, next_attempt_at=now)
    mail = make_message(created_at=now, next_attempt_at=now)
    began = time.monotonic()

    assert sweep_all() == 1

    assert wire.sent == [mail.pk]
    assert time.monotonic() - began < delivery.RUN_SECONDS


class CountedLock:
    """A lock that counts who has asked for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked = 0

    def __enter__(self) -> None:
        self.asked += 1
        self.lock.acquire()

    def __exit__(self, *_error: object) -> None:
        self.lock.release()


def test_the_sources_are_asked_once_for_all_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, goes_on, lock = threading.Event(), threading.Event(), CountedLock()
    runs: list[datetime] = []

    def source(now: datetime) -> int:
        runs.append(now)
        begun.set()
        assert goes_on.wait(10)
        return 1

    monkeypatch.setattr(registry, "_sources", {"test": source})
    monkeypatch.setattr(sources._turns, "lock", lock)
    asking = [threading.Thread(target=sources.run_sources, args=(timezone.now,)) for _number in range(4)]
    asking[0].start()
    assert begun.wait(10)
    # The run that is under way may have missed what was written since it began.
    for thread in asking[1:]:
        thread.start()
    assert wait_until(lambda: lock.asked == len(asking))
    goes_on.set()
    for thread in asking:
        thread.join(10)

    assert len(runs) == 2
