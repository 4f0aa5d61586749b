"""The channels side by side: one that hangs delays no other."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from pytest_django import Settings

from aftercare.outbox import registry
from aftercare.outbox.lines import sweep_all
from aftercare.outbox.models import Message
from tests.outbox.wire import Wire
from tools.servers.providers.answering import Answer, Provider, provider

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
    gateway: Provider, wire: Wire, make_message: MakeMessage
) -> None:
    gateway.otherwise = Answer(200, after=2)
    now = timezone.now()
    make_message(channel=Message.Channel.SMS, point=uuid.uuid4(), created_at=now, next_attempt_at=now)
    mail = make_message(created_at=now, next_attempt_at=now)
    run = threading.Thread(target=sweep_all)
    run.start()

    assert wait_until(lambda: Message.objects.get(pk=mail.pk).state == Message.State.SENT)
    assert Message.objects.filter(channel="sms", state=Message.State.SENDING).exists()
    run.join(10)

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
