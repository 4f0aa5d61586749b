"""Messages of a made-up kind, and a channel that does as it is told."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from aftercare.outbox import channels, registry
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.models import User
from tests.people import UserFactory, at, clinic, nurse, patient, procedure

__all__ = ["clinic", "nurse", "patient", "procedure"]

KIND = "test"


class Wire:
    """A channel that keeps what it sends, and fails with what it is given to fail with."""

    def __init__(self) -> None:
        self.sent: list[uuid.UUID] = []
        self.fails: list[Exception] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def send(self, message: Message, content: Content) -> None:
        self.meanwhile()
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append(message.pk)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    monkeypatch.setitem(channels.CHANNELS, Message.Channel.EMAIL, wire)
    return wire


def swept(now: datetime) -> list[uuid.UUID]:
    """What a sweep queues for delivery."""
    queued: list[uuid.UUID] = []
    assert sweep(now, queued.append) == len(queued)
    return queued


def say(message: Message, now: datetime) -> Content | None:
    """The words of every message of the made-up kind."""
    return Content(subject="Something waits", body=f"Since {now:%H:%M}.")


@pytest.fixture(autouse=True)
def made_up_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._renderers, KIND, say)


@pytest.fixture
def recipient(db: None) -> User:
    return UserFactory.create(email="ruth@test.example")


@pytest.fixture
def make_message(recipient: User) -> Callable[..., Message]:
    def make(**fields: Any) -> Message:
        message: Message = Message.objects.create(
            **{
                "kind": KIND,
                "subject": uuid.uuid4(),
                "recipient": recipient,
                "created_at": at(),
                "next_attempt_at": at(),
                **fields,
            }
        )
        return message

    return make
