"""A real SMTP server (aiosmtpd) that keeps received mails, and can be told to fail."""

import asyncio
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from email.policy import default
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tools.servers.ports import free_port
from tools.servers.process import wait_until

LOOK_EVERY = 0.02  # seconds between polls of a held conversation


class _Keeper:
    """Handler of aiosmtpd that keeps each message, unless told to fail."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.lock = threading.Lock()
        self.held = threading.Event()
        self.connections = 0
        self.open: set[SMTP] = set()
        self.reset()

    def reset(self) -> None:
        """Accept everything again."""
        self.refusals: dict[str, str] = {}
        self.unknown: set[str] = set()
        self.hangs_up_in_data = self.hangs_up_after_each = self.holds = False
        self.before_reply: Callable[[], None] | None = None

    # Names and arguments of these methods are defined by aiosmtpd.

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.hangs_up_after_each and getattr(session, "has_sent", False):
            server.transport.abort()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if "rcpt" in self.refusals:
            return self.refusals["rcpt"]
        if address in self.unknown:
            return "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.holds:
            self.held.set()
            while self.holds:
                await asyncio.sleep(LOOK_EVERY)
        if self.hangs_up_in_data:
            server.transport.abort()
            return "451 Not kept"
        if "data" in self.refusals:
            return self.refusals["data"]
        with self.lock:
            self.messages.append(message_from_bytes(envelope.content, policy=default))
        if self.before_reply is not None:
            self.before_reply()
        session.has_sent = True
        return "250 Kept"


class _Conversation(SMTP):
    """An SMTP conversation that its handler tracks while it is open."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.event_handler.open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.event_handler.open.discard(self)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Conversation(self.handler, **self.SMTP_kwargs)


class MailServer:
    """An SMTP server on a free port, in a thread. Restarting keeps port and mails."""

    def __init__(self) -> None:
        self._keeper = _Keeper()
        self.port = free_port()
        self._controller: _Controller | None = None

    @property
    def url(self) -> str:
        """The EMAIL_URL of this server."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[Message]:
        with self._keeper.lock:
            return list(self._keeper.messages)

    @property
    def connections(self) -> int:
        """The number of conversations begun."""
        return self._keeper.connections

    def messages_to(self, address: str) -> list[Message]:
        return [message for message in self.messages if address in str(message["To"])]

    def refuse(self, reply: str | None = "451 Try again later", *, at: str = "data") -> None:
        """Answer every message (`at` "data") or recipient ("rcpt") with an error reply; None accepts again."""
        self._keeper.refusals = {} if reply is None else {at: reply}

    def reject_mailboxes(self, *addresses: str) -> None:
        """Reject these mailboxes permanently, and accept all others."""
        self._keeper.unknown = set(addresses)

    def hang_up_in_data(self) -> None:
        """Hang up without a reply after the text of a message."""
        self._keeper.hangs_up_in_data = True

    def hang_up_after_each(self) -> None:
        """Accept one message per connection, and hang up at the second."""
        self._keeper.hangs_up_after_each = True

    def hold(self) -> None:
        """Delay the reply to each message until `release`."""
        self._keeper.held.clear()
        self._keeper.holds = True

    def wait_until_held(self, seconds: float = 20) -> None:
        """Wait until a conversation is held."""
        wait_until(self._keeper.held.is_set, seconds=seconds, what="no mail came in to be held")

    def wait_until_disconnected(self, seconds: float = 20) -> None:
        """Wait until every connection is closed."""
        wait_until(lambda: not self._keeper.open, seconds=seconds, what="somebody is still connected")

    def release(self) -> None:
        """Continue the held conversations."""
        self._keeper.holds = False

    def before_reply(self, act: Callable[[], None] | None) -> None:
        """Call `act` after a message is kept and before the reply is sent."""
        self._keeper.before_reply = act

    def reset(self) -> None:
        """Accept everything again."""
        self._keeper.reset()

    def wait_for(self, count: int, *, to: str = "", seconds: float = 20) -> list[Message]:
        """Wait for `count` messages to an address (or part of it). Raises ServerError after `seconds`."""
        wait_until(
            lambda: len(self.messages_to(to)) >= count,
            seconds=seconds,
            what=f"{count} mail(s) to {to or 'anyone'}; {len(self.messages)} came in all",
        )
        return self.messages_to(to)

    def start(self) -> None:
        self._controller = _Controller(self._keeper, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def start_again(self) -> None:
        """Start unless it is running."""
        if self._controller is None:
            self.start()

    def stop(self) -> None:
        """Stop listening."""
        if self._controller is not None:
            self.release()
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
