"""A channel that keeps what it is given to send, and the kinds of message that only tests have."""

import uuid
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from aftercare.outbox.channels import OutgoingMail
from aftercare.outbox.delivery import sweep

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
        """The messages of each mail."""
        return [{message.pk for message in mail.messages} for mail in self.outgoing]


def swept(now: datetime) -> int:
    """Sweep at `now` and return the number of mails."""
    return sweep(lambda: now)
