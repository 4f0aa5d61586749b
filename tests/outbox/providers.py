"""Providers on this machine: a gateway for SMS, and a push service that decrypts with the keys of a browser."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

VAPID_PRIVATE_KEY = base64.urlsafe_b64encode(bytes(range(1, 33))).decode().rstrip("=")


@dataclass
class Answer:
    status: int = 200
    body: str = "{}"
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0  # seconds


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Provider:
    """A provider that answers as it is told, and keeps what it receives."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[Answer] = []
        self.otherwise = Answer()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                provider.received.append(
                    Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                )
                answer = provider.answers.pop(0) if provider.answers else provider.otherwise
                time.sleep(answer.after)
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body.encode())

            do_GET = do_POST

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

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


@contextmanager
def provider() -> Iterator[Provider]:
    """Run a provider for as long as it is needed."""
    running = Provider()
    thread = threading.Thread(
        target=running.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield running
    finally:
        running.server.shutdown()
        running.server.server_close()
        thread.join()


class Browser:
    """A browser that has subscribed to push, and can read what is pushed to it."""

    def __init__(self, service: Provider, name: str = "one") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"0123456789abcdef"
        self.endpoint = f"http://{service.address}/push/{name}"

    @property
    def subscription(self) -> str:
        """What the browser gives the portal."""
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": plain(public), "auth": plain(self.secret)}
        return json.dumps({"endpoint": self.endpoint, "keys": keys})

    def read(self, received: Received) -> dict[str, str]:
        """Decrypt a message as the browser does."""
        text = http_ece.decrypt(
            received.body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        found: dict[str, str] = json.loads(text)
        return found


def plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def claims_of(received: Received) -> dict[str, Any]:
    """Return the claims of the VAPID signature."""
    token = received.headers["authorization"].split("t=")[1].split(",")[0]
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
