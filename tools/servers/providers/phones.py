"""An SMS gateway or push service that keeps what it takes, and can be told to fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from http import HTTPStatus
from types import TracebackType
from typing import Self

from tools.servers.ports import free_port
from tools.servers.process import wait_until
from tools.servers.providers.answering import Answer, Provider, Received, running

LOOK_EVERY = 0.02  # seconds between polls of a held request


class _Keeper(Provider):
    def __init__(self, phones: Phones) -> None:
        self.phones = phones
        super().__init__(phones.port)

    def respond(self, received: Received) -> Answer:
        return self.phones.respond(received)


class Phones:
    """A provider on a free port, in a thread. Restarting keeps port and messages."""

    def __init__(self) -> None:
        self.port = free_port()
        self.kept: list[Received] = []
        self.held = False
        self._stack: ExitStack | None = None
        self.reset()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def reset(self) -> None:
        """Take everything again."""
        self._refusal: Answer | None = None
        self._holds = False
        self._before_reply: Callable[[], None] | None = None

    def refuse(self, status: int, **headers: str) -> None:
        """Refuse every message with a status."""
        self._refusal = Answer(
            status, headers={name.replace("_", "-"): said for name, said in headers.items()}
        )

    def hold(self) -> None:
        """Leave every request without an answer until `reset`, and take none of them."""
        self.held, self._holds = False, True

    def wait_until_held(self, seconds: float = 20) -> None:
        """Wait until a request is held."""
        wait_until(lambda: self.held, seconds=seconds, what="no message came in to be held")

    def before_reply(self, act: Callable[[], None] | None) -> None:
        """Call `act` after a message is kept and before the reply is sent."""
        self._before_reply = act

    def respond(self, received: Received) -> Answer:
        """Keep a message, unless told to fail."""
        if self._holds:
            self.held = True
            while self._holds:
                time.sleep(LOOK_EVERY)
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE)
        if self._refusal is not None:
            return self._refusal
        self.kept.append(received)
        if self._before_reply is not None:
            self._before_reply()
        return Answer(HTTPStatus.CREATED)

    def start_again(self) -> None:
        """Start unless it is running."""
        if self._stack is None:
            self._stack = ExitStack()
            self._stack.enter_context(running(_Keeper(self)))

    def stop(self) -> None:
        """Stop listening."""
        self._holds = False
        if self._stack is not None:
            self._stack.close()
            self._stack = None

    def __enter__(self) -> Self:
        self.start_again()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
