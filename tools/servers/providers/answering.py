"""A provider that answers as it is told, and keeps what it receives."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl

HANG_SECONDS = 20.0


@dataclass
class Answer:
    status: int = 200
    body: str = "{}"
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0  # seconds
    when: threading.Event | None = None  # the answer hangs until this is set, HANG_SECONDS at most


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form, of each the last value."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def credentials(self) -> str:
        """User and password of basic authentication, separated by a colon; empty for none."""
        scheme, _space, rest = self.headers.get("authorization", "").partition(" ")
        return base64.b64decode(rest).decode() if scheme.lower() == "basic" else ""


class Provider:
    """An HTTP server on a free port (or `port`). Subclasses speak a protocol by `respond`.

    `answers`: answers to the next requests, in place of what the protocol says. `otherwise`: the answer after those,
    where no protocol is spoken.
    """

    def __init__(self, port: int = 0) -> None:
        self.received: list[Received] = []
        self.answers: list[Answer] = []
        self.otherwise = Answer()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                if len(body) < length:  # the sender died in the middle of its request
                    self.close_connection = True
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                received = Received(self.path, headers, body)
                provider.received.append(received)
                answer = provider.answers.pop(0) if provider.answers else provider.respond(received)
                if answer.when:
                    answer.when.wait(HANG_SECONDS)
                time.sleep(answer.after)
                text = answer.body.encode()
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(text)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True

    def respond(self, _received: Received) -> Answer:
        """Return the answer to a request."""
        return self.otherwise

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def sms_url(self) -> str:
        """The gateway as Apprise writes one of one's own."""
        return f"json://{self.address}/send?:to={{to}}"

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Number and text of each SMS."""
        return [(one.json["to"], one.json["message"]) for one in self.received]


AnyProvider = TypeVar("AnyProvider", bound=Provider)


@contextmanager
def running(server: AnyProvider) -> Iterator[AnyProvider]:
    """Run a provider for as long as it is needed."""
    thread = threading.Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.server.shutdown()
        server.server.server_close()
        thread.join()


@contextmanager
def provider() -> Iterator[Provider]:
    """Run a provider that speaks no protocol."""
    with running(Provider()) as server:
        yield server
