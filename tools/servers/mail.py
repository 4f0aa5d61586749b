"""A real SMTP server that keeps what it is sent (aiosmtpd)."""

import threading
from email import message_from_bytes
from email.message import Message
from email.policy import default
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller

from tools.servers.ports import free_port
from tools.servers.process import wait_until


class _Keeper:
    """aiosmtpd's handler: keeps each message, unless it was told to refuse."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.refusal: str | None = None
        self.lock = threading.Lock()

    # The names and the arguments are aiosmtpd's.
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        with self.lock:
            if self.refusal is not None:
                return self.refusal
            self.messages.append(message_from_bytes(envelope.content, policy=default))
        return "250 Kept"


class MailServer:
    """Listens on a free port in a thread of this process."""

    def __init__(self) -> None:
        self._keeper = _Keeper()
        self.port = free_port()
        self._controller = Controller(self._keeper, hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        """The EMAIL_URL that sends here."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Message]:
        with self._keeper.lock:
            return list(self._keeper.messages)

    def messages_to(self, address: str) -> list[Message]:
        return [message for message in self.messages if address in str(message["To"])]

    def refuse(self, reply: str | None = "451 Try again later") -> None:
        """Answer every message with an SMTP reply such as a 451 or a 550; None accepts again."""
        with self._keeper.lock:
            self._keeper.refusal = reply

    def wait_for(self, count: int, *, to: str = "", seconds: float = 20) -> list[Message]:
        """The messages to an address (part) once there are `count` of them; ServerError after `seconds`."""
        wait_until(
            lambda: len(self.messages_to(to)) >= count,
            seconds=seconds,
            what=f"{count} mail(s) to {to or 'anyone'}; {len(self.messages)} came in all",
        )
        return self.messages_to(to)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()
