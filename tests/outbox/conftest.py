"""Messages of a made-up kind, and a channel that does as it is told."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import pytest

from aftercare.outbox import channels, registry
from aftercare.outbox.channels import OutgoingMail
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.models import User
from tests.people import UserFactory, at, clinic, nurse, patient, procedure

__all__ = ["clinic", "nurse", "patient", "procedure"]

KIND, FOLDING = "test", "folding test"


class Wire:
    """A channel that keeps what it sends, and fails with what it is given to fail with."""

    def __init__(self) -> None:
        self.outgoing: list[OutgoingMail] = []
        self.fails: list[Exception | None] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def session(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def send(self, mail: OutgoingMail) -> None:
        self.meanwhile()
        if self.fails and (failure := self.fails.pop(0)):
            raise failure
        self.outgoing.append(mail)

    @property
    def sent(self) -> list[uuid.UUID]:
        """The ids of the messages that left, in order."""
        return [message.pk for mail in self.outgoing for message in mail.messages]

    @property
    def mails(self) -> list[set[uuid.UUID]]:
        """What each mail stood for."""
        return [{message.pk for message in mail.messages} for mail in self.outgoing]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    monkeypatch.setitem(channels.CHANNELS, Message.Channel.EMAIL, wire)
    return wire


def swept(now: datetime) -> int:
    """How many mails leave with a sweep at `now`."""
    return sweep(lambda: now)


def say(message: Message, now: datetime) -> Content | None:
    """The words of every message of the made-up kinds."""
    return Content(subject="Something waits", body=f"Since {now:%H:%M}.")


def say_together(messages: Sequence[Message], now: datetime) -> Content:
    return Content(subject=f"{len(messages)} things wait", body=f"Since {now:%H:%M}.")


@pytest.fixture(autouse=True)
def made_up_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_sources", {})
    for kind in (KIND, FOLDING):
        monkeypatch.setitem(registry._renderers, kind, say)
    monkeypatch.setitem(registry._together, FOLDING, say_together)


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
