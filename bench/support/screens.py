"""Open screens of the queue: each asks with the tag of its last answer, as the script of the page does."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

CONNECTIONS = 16  # kept open, as a proxy does
LIVE = "/clinic/queue/"
HEAD_ENDS = b"\r\n\r\n"
AT_ONCE = 1 << 17  # bytes
WAIT = 300.0  # seconds for all rounds


@dataclass
class Screen:
    """A session that has the queue open, and the tag of its last answer."""

    session: str
    etag: str = ""

    def request(self, path: str = LIVE) -> bytes:
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip"]
        lines += [f"Cookie: sessionid={self.session}"]
        lines += [f"If-None-Match: {self.etag}"] if self.etag else []
        return "\r\n".join([*lines, "", ""]).encode()


@dataclass
class Exchange:
    """A connection, the screen that asks over it now, and what has arrived of its answer."""

    screen: Screen
    arrived: bytes = b""
    is_closed: bool = False  # the portal closes the connection after this answer
    statuses: Counter[int] = field(default_factory=Counter)

    def take(self, piece: bytes) -> bool:
        """Add what arrived; return True once the answer is whole."""
        self.arrived += piece
        head, ends, body = self.arrived.partition(HEAD_ENDS)
        if not ends:
            return False
        lines = (line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        headers = {name.lower(): value for name, value in lines}
        status = int(head[9:12])
        if status != 304 and not is_whole(headers, body):
            return False
        self.is_closed = headers.get(b"connection") == b"close"
        self.screen.etag = headers.get(b"etag", b"").decode()
        self.statuses[status] += 1
        self.arrived = b""
        return True


def is_whole(headers: dict[bytes, bytes], body: bytes) -> bool:
    if b"content-length" in headers:
        return len(body) >= int(headers[b"content-length"])
    return body.endswith(b"0\r\n\r\n")


def ask(
    port: int, screens: Sequence[Screen], *, seconds: float = WAIT, rounds: int = 0, path: str = LIVE
) -> Counter[int]:
    """Let the screens ask in turns, for some seconds or rounds; return how often each status was answered."""
    turns = cycle(screens)
    statuses: Counter[int] = Counter()
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as waiting:
        for _connection in range(CONNECTIONS):
            connect(waiting, port, Exchange(next(turns), statuses=statuses), path)
        while time.monotonic() < end and not (rounds and statuses.total() >= rounds * len(screens)):
            for key, _events in waiting.select(1):
                receive(key, turns, path)
                if key.data.is_closed:
                    waiting.unregister(key.fileobj)
                    socket_of(key).close()
                    connect(waiting, port, Exchange(key.data.screen, statuses=statuses), path)
        for key in list(waiting.get_map().values()):
            socket_of(key).close()
    return statuses


def connect(waiting: selectors.BaseSelector, port: int, exchange: Exchange, path: str) -> None:
    """Open a connection and ask over it."""
    client = socket.create_connection(("127.0.0.1", port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    waiting.register(client, selectors.EVENT_READ, exchange)
    client.sendall(exchange.screen.request(path))


def receive(key: selectors.SelectorKey, turns: Iterator[Screen], path: str) -> None:
    """Take what arrived over a connection; once the answer is whole, let the next screen ask."""
    exchange: Exchange = key.data
    if not (piece := socket_of(key).recv(AT_ONCE)):
        raise SystemExit("the portal hung up on a poll")
    if exchange.take(piece):
        exchange.screen = next(turns)
        if not exchange.is_closed:
            socket_of(key).sendall(exchange.screen.request(path))


def socket_of(key: selectors.SelectorKey) -> socket.socket:
    assert isinstance(key.fileobj, socket.socket)
    return key.fileobj


def resident_kilobytes(pid: int) -> int:
    """Return the memory of the children of gunicorn's first process, shared pages counted in parts."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(proportional(Path(f"/proc/{child}/smaps_rollup")) for child in children)


def proportional(rollup: Path) -> int:
    line = next(line for line in rollup.read_text().splitlines() if line.startswith("Pss:"))
    return int(line.split()[1])
