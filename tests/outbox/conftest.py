"""Fixtures for the outbox: messages of kinds that only tests have, and a channel that sends nothing."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest

from aftercare.outbox import channels, registry
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.models import User
from tests.factories import UserFactory, at
from tests.outbox.wire import FOLDING, KIND, Wire


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    monkeypatch.setitem(channels.CHANNELS, Message.Channel.EMAIL, wire)
    return wire


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
