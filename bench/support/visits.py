"""Clients that fetch a form and send it, over and over, and how long that took."""

import gzip
import http.client
import os
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

from tools.servers.leaving import descendants

CLIENTS = 4
WAIT = 30.0  # seconds for one answer
HIDDEN = re.compile(rb'<input type="hidden" name="(csrfmiddlewaretoken|token)" value="([^"]+)"')
COOKIE = re.compile(r"csrftoken=([^;]+)")

Answers = Mapping[str, str | Sequence[str]]


class VisitError(RuntimeError):
    """A form was not answered as it must be; the measurement is worth nothing."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """A form to fetch and send: the answers stay the same, the people change."""

    port: int
    # The web server's leading process, whose processor time is read.
    pid: int
    path: str
    answers: Answers
    # Per client, so that no two clients are the same person at once.
    sessions: Sequence[Iterator[str]]


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round of all clients took, in seconds: per form fetched, and per form sent.

    `cpu` is the web server's own processor time, which a busy machine changes less than the rest.
    """

    seconds: float
    cpu: float
    gets: list[float] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.posts) / self.seconds

    @property
    def visits(self) -> list[float]:
        return [get + post for get, post in zip(self.gets, self.posts, strict=True)]


def again_and_again(sessions: Sequence[str]) -> list[Iterator[str]]:
    """The sessions dealt out to the clients, each going round its own."""
    return [cycle(sessions[client::CLIENTS]) for client in range(CLIENTS)]


def once_each(sessions: Sequence[str]) -> list[Iterator[str]]:
    """The sessions dealt out to the clients, none used twice."""
    return [iter(sessions[client::CLIENTS]) for client in range(CLIENTS)]


def visit(site: Site, session: str) -> tuple[float, float]:
    """One person's visit over one connection: the seconds for the form, and for sending it."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=WAIT)
    try:
        begun = time.perf_counter()
        form = ask(connection, site.path, {"Cookie": f"sessionid={session}"}, expected=200)
        fetched = time.perf_counter()
        hidden = {name.decode(): value.decode() for name, value in HIDDEN.findall(form.body)}
        headers = {
            "Cookie": f"sessionid={session}; csrftoken={form.csrf_cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({**hidden, **site.answers}, doseq=True)
        sent = time.perf_counter()
        ask(connection, site.path, headers, body, expected=302)
        return fetched - begun, time.perf_counter() - sent
    finally:
        connection.close()


@dataclass(frozen=True)
class Reply:
    body: bytes
    csrf_cookie: str


def ask(
    connection: http.client.HTTPConnection,
    path: str,
    headers: dict[str, str],
    body: str | None = None,
    *,
    expected: int,
) -> Reply:
    """One request; VisitError with what came instead where the status is another."""
    # As browsers do: whether an answer is compressed is for the site to decide, and part of its work.
    headers = {**headers, "Accept-Encoding": "gzip"}
    connection.request("GET" if body is None else "POST", path, body, headers)
    response = connection.getresponse()
    content = response.read()
    if response.getheader("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    if response.status != expected:
        raise VisitError(f"{path}: {response.status} instead of {expected}\n{content[:3000].decode()}")
    cookie = COOKIE.search(response.getheader("Set-Cookie") or "")
    return Reply(content, cookie[1] if cookie else "")


def run_round(site: Site, seconds: float) -> Round:
    """All clients at once for some seconds. What a client met ends the measurement."""
    times: list[tuple[float, float]] = []
    errors: list[BaseException] = []
    cpu = cpu_seconds(site.pid)
    begun = time.perf_counter()

    def client(sessions: Iterator[str]) -> None:
        try:
            while time.perf_counter() - begun < seconds and not errors:
                session = next(sessions, None)
                if session is None:
                    raise VisitError("There are too few patients for a measurement as long as this.")
                times.append(visit(site, session))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=client, args=(sessions,)) for sessions in site.sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    gets, posts = [get for get, _ in times], [post for _, post in times]
    took = time.perf_counter() - begun
    return Round(seconds=took, cpu=cpu_seconds(site.pid) - cpu, gets=gets, posts=posts)


def cpu_seconds(pid: int) -> float:
    """The processor time that a process and its descendants have used (Linux; elsewhere 0)."""
    ticks = 0
    for each in [pid, *descendants(pid)]:
        status = Path(f"/proc/{each}/stat")
        if status.exists():
            # The name stands in brackets and may hold anything; user and system time are fields 14 and 15.
            ticks += sum(int(part) for part in status.read_text().rpartition(")")[2].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def milliseconds(rounds: Sequence[Round], part: Callable[[Round], list[float]], percentile: int) -> float:
    """The percentile of one part of every visit, as the median over the rounds."""
    return round(
        1000 * statistics.median(statistics.quantiles(part(r), n=100)[percentile - 1] for r in rounds), 1
    )


def rate(rounds: Sequence[Round]) -> float:
    """Visits a second: the median of the rounds."""
    return round(statistics.median(each.per_second for each in rounds), 1)


def ratio(rounds: Sequence[Round], floors: Sequence[Round]) -> float:
    """The median of each round against the floor's round right after it."""
    pairs = zip(rounds, floors, strict=True)
    return round(statistics.median(each.per_second / floor.per_second for each, floor in pairs), 3)
