"""ntfy on this machine: a chat to whose topics a message is posted."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from http import HTTPStatus

from tools.servers.providers.answering import Answer, Provider, Received


@dataclass(frozen=True)
class Posted:
    topic: str
    title: str
    text: str


class Ntfy(Provider):
    """A server of ntfy, of which `tokens`, where there are any, are needed to post."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.posted: list[Posted] = []
        self.tokens: set[str] = set()

    def chat_url(self, topic: str) -> str:
        """The address of a topic as Apprise writes it."""
        return f"ntfy://{self.address}/{topic}"

    def respond(self, received: Received) -> Answer:
        """Keep the message as the server does, and answer with its id."""
        if self.tokens and received.headers.get("authorization", "")[len("Bearer ") :] not in self.tokens:
            return Answer(HTTPStatus.FORBIDDEN, json.dumps({"code": 40301, "error": "forbidden"}))
        said = received.json
        self.posted.append(Posted(said["topic"], said.get("title", ""), said["message"]))
        return Answer(HTTPStatus.OK, json.dumps({"id": secrets.token_hex(6), "event": "message"}))
