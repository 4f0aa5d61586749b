"""Telephones and browsers of the staff of a stage, and the providers that reach them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Self

from tools.servers.providers.answering import Received
from tools.servers.providers.phones import Phones
from tools.servers.providers.push import VAPID_PRIVATE_KEY, Browser
from tools.stage.counting import ask

PUSH_PATH = "/push/"
LINK = re.compile(r"/h/([\w-]+)/")
# The link in a text is that of one message, which may stand for others too.
MESSAGES = """
    SELECT link.token_hash, message.id FROM alerts_answerlink link
    JOIN outbox_message carrier ON carrier.id = link.message_id
    JOIN outbox_message message ON message.bundle = carrier.bundle
"""


@dataclass(frozen=True, kw_only=True)
class Telephones:
    """The addresses of an SMS gateway and of a push service on this machine."""

    gateway: str
    push: str

    @property
    def environment(self) -> dict[str, str]:
        """The portal's variables for them."""
        return {
            "SMS_URL": f"json://{self.gateway}/send?:to={{to}}",
            "VAPID_PRIVATE_KEY": VAPID_PRIVATE_KEY,
            "CHANNEL_HOSTS": "127.0.0.1",
            # This gateway takes as many as come.
            "SMS_PER_SECOND": "0",
        }


class Network:
    """An SMS gateway and a push service that can be told to fail, and what they have taken."""

    def __init__(self) -> None:
        self.gateway, self.push = Phones(), Phones()
        self._tokens: dict[Phones, list[str]] = {self.gateway: [], self.push: []}
        self._stack = ExitStack()

    @property
    def telephones(self) -> Telephones:
        return Telephones(gateway=self.gateway.address, push=self.push.address)

    def repair(self) -> None:
        """Start what was stopped, and take everything again."""
        for phones in (self.gateway, self.push):
            phones.reset()
            phones.start_again()

    def arrived_ids(self, url: str) -> Counter[str]:
        """Count the ids of the messages that the providers have taken."""
        for phones, tokens in self._tokens.items():
            tokens += [token_in(received) for received in phones.kept[len(tokens) :]]
        tokens = [token for each in self._tokens.values() for token in each]
        messages = messages_by_token(url, tokens)
        return Counter(message for token in tokens for message in messages[token])

    def __enter__(self) -> Self:
        for phones in (self.gateway, self.push):
            self._stack.enter_context(phones)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def number_of(user: int) -> str:
    """Return the telephone number of a user: one for dramas, which nobody has."""
    return f"+4477009{user:05d}"


def token_in(received: Received) -> str:
    """Return the token of the link in an SMS or a push message; empty if there is none."""
    if received.path.startswith(PUSH_PATH):
        text = Browser("", received.path.removeprefix(PUSH_PATH)).read(received)["url"]
    else:
        text = received.json["message"]
    found = LINK.search(text)
    return found[1] if found else ""


def messages_by_token(url: str, tokens: Iterable[str]) -> dict[str, list[str]]:
    """Return the ids of the messages that the links with these tokens stand for."""
    found: dict[str, list[str]] = {}
    for token_hash, message in ask(url, MESSAGES):
        found.setdefault(str(token_hash), []).append(str(message))
    return {token: found.get(sha256(token.encode()).hexdigest(), []) for token in tokens}
