"""The way between a phone and the portal, which can be cut, or led to the page of a café."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
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
    HOTSPOT = "hotspot"  # a network that leads everything to its own page, on another host
    BROKEN = "broken"  # the portal's web server answers, the portal does not
    DEAF = "deaf"  # requests arrive, and the answers do not come back


class Network:
    """A relay on a port of its own. What a phone sees through it is real: connections, answers, silence."""

    def __init__(self, portal: str) -> None:
        found = urlsplit(portal)
        self.portal = (found.hostname or "", found.port or 0)
        self.state = State.ON
        self.requests: list[str] = []
        self.to_lose: list[str] = []  # beginnings of requests whose next answer is lost, once each
        self.to_refuse: list[str] = []  # beginnings of requests that do not reach the portal
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
            if self.state in (State.CAFE, State.BROKEN, State.HOTSPOT):
                phone.sendall(self.own_answer(phone.recv(65_536)))
                return
            portal = socket.create_connection(self.portal)
            self.open.add(portal)
            loses = threading.Event()
            self.start(self.answer, portal, phone, loses)
            self.ask(phone, portal, loses)
        except OSError:
            pass  # hung up
        finally:
            self.end(phone)

    def own_answer(self, request: bytes) -> bytes:
        if self.state is State.BROKEN:
            return BROKEN
        if self.state is State.CAFE or request.startswith(b"GET /wifi "):
            return CAFE
        port = self.listening.getsockname()[1]
        return (
            f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{port}/wifi\r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n"
        ).encode()

    def ask(self, phone: socket.socket, portal: socket.socket, loses: threading.Event) -> None:
        """Pass on what the phone asks."""
        with self.until_one_ends(phone, portal):
            while data := phone.recv(65_536):
                line = data.split(b"\r\n", 1)[0].decode(errors="replace")
                self.requests.append(line)
                if line.startswith(tuple(self.to_refuse)):
                    return
                for start in [one for one in self.to_lose if line.startswith(one)]:
                    self.to_lose.remove(start)
                    loses.set()
                portal.sendall(data)

    def answer(self, portal: socket.socket, phone: socket.socket, loses: threading.Event) -> None:
        """Pass on what the portal answers, as far as it is to arrive."""
        with self.until_one_ends(portal, phone):
            while data := portal.recv(65_536):
                if loses.is_set():
                    phone.sendall(data[:8])  # begun, so that the browser does not ask again by itself
                    return
                if self.state is not State.DEAF:
                    phone.sendall(data)

    @contextlib.contextmanager
    def until_one_ends(self, source: socket.socket, target: socket.socket) -> Iterator[None]:
        try:
            with contextlib.suppress(OSError):  # hung up
                yield
        finally:
            self.end(source)
            self.end(target)
