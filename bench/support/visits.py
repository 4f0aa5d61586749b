"""Concurrent clients that fetch a form, send it and may read the result, repeatedly, and the time that takes."""

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

from tools.servers.cleanup import descendants

CLIENTS = 4
WAIT = 30.0  # seconds for one answer
HIDDEN = re.compile(rb'<input type="hidden" name="(csrfmiddlewaretoken|token)" value="([^"]+)"')
COOKIE = re.compile(r"csrftoken=([^;]+)")

Answers = Mapping[str, str | Sequence[str]]


class VisitError(RuntimeError):
    """An unexpected response, which makes the measurement invalid."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """A form to fetch and send. The answers stay the same, the sessions change."""

    port: int
    # The web server's main process, whose CPU time is read.
    pid: int
    path: str
    answers: Answers
    # One iterator per client, so that no session is used concurrently.
    sessions: Sequence[Iterator[str]]
    # Whether the page to which the form leads is fetched too.
    reads_result: bool = False


@dataclass(frozen=True, kw_only=True)
class Round:
    """The durations of one round of all clients in seconds, per form fetched, per form sent and per result read.

    `cpu`: CPU time of the web server, which other load affects less.
    """

    seconds: float
    cpu: float
    gets: list[float] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)
    results: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.posts) / self.seconds

    @property
    def visits(self) -> list[float]:
        return [get + post for get, post in zip(self.gets, self.posts, strict=True)]


def again_and_again(sessions: Sequence[str]) -> list[Iterator[str]]:
    """Split the sessions among the clients, each repeating its own."""
    return [cycle(sessions[client::CLIENTS]) for client in range(CLIENTS)]


def once_each(sessions: Sequence[str]) -> list[Iterator[str]]:
    """Split the sessions among the clients, each session used once."""
    return [iter(sessions[client::CLIENTS]) for client in range(CLIENTS)]


def visit(site: Site, session: str) -> tuple[float, float, float]:
    """Return the seconds to fetch the form, to send it and to read the result (0 if not read), over one connection."""
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
        led_to = ask(connection, site.path, headers, body, expected=302).location
        answered = time.perf_counter()
        if site.reads_result:
            ask(connection, led_to, {"Cookie": headers["Cookie"]}, expected=200)
        return fetched - begun, answered - sent, time.perf_counter() - answered
    finally:
        connection.close()


@dataclass(frozen=True)
class Reply:
    body: bytes
    csrf_cookie: str
    location: str


def ask(
    connection: http.client.HTTPConnection,
    path: str,
    headers: dict[str, str],
    body: str | None = None,
    *,
    expected: int,
) -> Reply:
    """Send a request. Raises VisitError with the response if the status differs from `expected`."""
    # As browsers do: compression, if any, is part of the site's work.
    headers = {**headers, "Accept-Encoding": "gzip"}
    connection.request("GET" if body is None else "POST", path, body, headers)
    response = connection.getresponse()
    content = response.read()
    if response.getheader("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    if response.status != expected:
        raise VisitError(f"{path}: {response.status} instead of {expected}\n{content[:3000].decode()}")
    cookie = COOKIE.search(response.getheader("Set-Cookie") or "")
    return Reply(content, cookie[1] if cookie else "", response.getheader("Location") or "")


def run_round(site: Site, seconds: float) -> Round:
    """Run all clients at once for some seconds. An error of any client ends the measurement."""
    times: list[tuple[float, float, float]] = []
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
    gets, posts, results = (list(part) for part in zip(*times, strict=True))
    took = time.perf_counter() - begun
    return Round(seconds=took, cpu=cpu_seconds(site.pid) - cpu, gets=gets, posts=posts, results=results)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and its descendants (Linux; elsewhere 0)."""
    ticks = 0
    for each in [pid, *descendants(pid)]:
        status = Path(f"/proc/{each}/stat")
        if status.exists():
            # The name stands in brackets and may hold anything; user and system time are fields 14 and 15.
            ticks += sum(int(part) for part in status.read_text().rpartition(")")[2].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def milliseconds(rounds: Sequence[Round], part: Callable[[Round], list[float]], percentile: int) -> float:
    """Return a percentile of one part of every visit, as the median over the rounds."""
    return round(
        1000 * statistics.median(statistics.quantiles(part(r), n=100)[percentile - 1] for r in rounds), 1
    )


def rate(rounds: Sequence[Round]) -> float:
    """Return the median visits per second of the rounds."""
    return round(statistics.median(each.per_second for each in rounds), 1)


def ratio(rounds: Sequence[Round], floors: Sequence[Round]) -> float:
    """Return the median ratio of each round to the floor's round right after it."""
    pairs = zip(rounds, floors, strict=True)
    return round(statistics.median(each.per_second / floor.per_second for each, floor in pairs), 3)
