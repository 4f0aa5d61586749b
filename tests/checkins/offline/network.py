"""The way between a phone and the portal, which can be cut, or led to the page of a café."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from enum import Enum
from typing import Self
from urllib.parse import urlsplit

CAFE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 29\r\nConnection: close\r\n\r\n"
    b"<h1>Free Wi-Fi. Sign in.</h1>"
)
BROKEN = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/html\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
    b"oops"
)


class State(Enum):
    ON = "on"
    CUT = "cut"  # every connection ends at once
    CAFE = "cafe"  # a network that answers everything with its own page
    BROKEN = "broken"  # the portal's web server answers, the portal does not
    DEAF = "deaf"  # requests arrive, and the answers do not come back


class Network:
    """A relay on a port of its own. What a phone sees through it is real: connections, answers, silence."""

    def __init__(self, portal: str) -> None:
        found = urlsplit(portal)
        self.portal = (found.hostname or "", found.port or 0)
        self.state = State.ON
        self.requests: list[str] = []
        self.open: set[socket.socket] = set()
        self.listening = socket.create_server(("localhost", 0))
        self.url = f"http://localhost:{self.listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self.start(self.accept)
        return self

    def __exit__(self, *_error: object) -> None:
        self.listening.close()
        self.hang_up()

    def start(self, act: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=act, args=arguments, daemon=True).start()

    def become(self, state: State) -> None:
        """Change, also for connections that are open."""
        self.state = state
        self.hang_up()

    def hang_up(self) -> None:
        for one in list(self.open):
            self.end(one)

    def end(self, one: socket.socket) -> None:
        self.open.discard(one)
        with contextlib.suppress(OSError):  # it has ended already
            one.shutdown(socket.SHUT_RDWR)
        one.close()

    def accept(self) -> None:
        while True:
            try:
                phone, _ = self.listening.accept()
            except OSError:
                return  # the test is over
            self.open.add(phone)
            self.start(self.serve, phone)

    def serve(self, phone: socket.socket) -> None:
        try:
            if self.state is State.CUT:
                return
            if self.state in (State.CAFE, State.BROKEN):
                phone.recv(65_536)
                phone.sendall(CAFE if self.state is State.CAFE else BROKEN)
                return
            portal = socket.create_connection(self.portal)
            self.open.add(portal)
            self.start(self.pass_on, portal, phone, False)
            self.pass_on(phone, portal, True)
        except OSError:
            pass  # hung up
        finally:
            self.end(phone)

    def pass_on(self, source: socket.socket, target: socket.socket, is_request: bool) -> None:
        try:
            while data := source.recv(65_536):
                if is_request:
                    self.requests.append(data.split(b"\r\n", 1)[0].decode(errors="replace"))
                elif self.state is State.DEAF:
                    continue
                target.sendall(data)
        except OSError:
            pass  # hung up
        finally:
            self.end(source)
            self.end(target)
