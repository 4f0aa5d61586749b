"""Requests reach the portal whole, or not at all."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpResponse

from aftercare.incoming import slow_clients
from aftercare.incoming.slow_clients import WORKING_SLOTS, BufferedRequests, SentResponse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from django.db.backends.base.base import BaseDatabaseWrapper


class Portal:
    """An application that keeps what it was handed, and the database connections that it had."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.too_large: list[bool] = []
        self.connections: set[int] = set()
        self.lock = threading.Lock()
        self.at_once = self.most_at_once = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
        time.sleep(0.02)
        with self.lock:
            self.connections.add(id(connections[DEFAULT_DB_ALIAS]))
            self.bodies.append(environ["wsgi.input"].read())
            self.too_large.append(slow_clients.TOO_LARGE in environ)
            self.at_once -= 1
        start_response("200 OK", [])
        return [b"ok"]


class Answer:
    def __init__(self) -> None:
        self.status = ""

    def __call__(self, status: str, headers: list[Any], exc_info: Any = None) -> Any:
        self.status = status


def answer(application: BufferedRequests, body: Any, length: str, client: socket.socket | None = None) -> str:
    """The status with which a request is answered."""
    environ: dict[str, Any] = {"wsgi.input": body, "CONTENT_LENGTH": length}
    if client is not None:
        environ["gunicorn.socket"] = client
    started = Answer()
    application(environ, started)
    return started.status


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.mark.parametrize("body", [b"", b"redness=1", b"x" * 300_000], ids=["none", "short", "long"])
def test_a_body_arrives_as_it_was_sent(portal: Portal, body: bytes) -> None:
    application = BufferedRequests(portal)

    assert answer(application, io.BytesIO(body), str(len(body)) if body else "") == "200 OK"
    assert portal.bodies == [body]


@pytest.mark.parametrize(("length", "read"), [(1_001, 1_001), (2_000, 2_000), (2_001, 0)])
def test_a_body_that_is_too_large_is_thrown_away_and_the_portal_says_so(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, length: int, read: int
) -> None:
    """It is read to its end, so that the browser shows the answer; one that is absurd is not read at all."""
    monkeypatch.setattr(slow_clients, "LARGEST_BODY", 1_000)
    monkeypatch.setattr(slow_clients, "MOST_DISCARDED", 2_000)
    body = io.BytesIO(b"x" * length)

    assert answer(BufferedRequests(portal), body, str(length)) == "200 OK"

    assert body.tell() == read
    assert (portal.bodies, portal.too_large) == ([b""], [True])


def test_no_other_body_is_called_too_large(portal: Portal) -> None:
    answer(BufferedRequests(portal), io.BytesIO(b"x"), "1")
    assert portal.too_large == [False]


def test_a_client_that_hangs_up_leaves_nothing_to_do(portal: Portal) -> None:
    status = answer(BufferedRequests(portal), io.BytesIO(b"redness"), "1000")

    assert status.startswith("408 ")
    assert portal.bodies == []


def test_a_client_that_sends_now_and_then_a_byte_is_hung_up_on(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "BODY_SECONDS", 1.0)
    here, there = socket.socketpair()
    stopped = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            while not stopped.wait(0.1):
                there.send(b"x")

    with here, there, here.makefile("rb") as body:
        sender = threading.Thread(target=drip)
        sender.start()
        began = time.monotonic()
        status = answer(BufferedRequests(portal), body, "1000", here)
        took = time.monotonic() - began
        stopped.set()
        sender.join()

    assert status.startswith("408 ")
    assert took < 5
    assert portal.bodies == []


def test_no_more_requests_are_worked_on_at_once_than_there_are_slots(portal: Portal) -> None:
    application = BufferedRequests(portal)
    waiting = [
        threading.Thread(target=answer, args=(application, io.BytesIO(b"x"), "1"))
        for _number in range(WORKING_SLOTS * 5)
    ]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()

    assert len(portal.bodies) == WORKING_SLOTS * 5
    assert portal.most_at_once == WORKING_SLOTS
    assert len(portal.connections) == WORKING_SLOTS


class Page(HttpResponse):
    """A page that remembers the connection that it had when it was closed."""

    connection: BaseDatabaseWrapper | None = None

    def close(self) -> None:
        self.connection = connections[DEFAULT_DB_ALIAS]


class TestWhatIsDoneAfterThePageIsSent:
    def test_a_slot_is_free_while_the_page_is_sent(self) -> None:
        application = BufferedRequests(lambda _environ, _start: Page(b"ok"))

        sent = application({"CONTENT_LENGTH": ""}, Answer())

        assert application.slots.free.qsize() == WORKING_SLOTS
        assert list(sent) == [b"ok"]

    def test_it_is_done_in_a_slot(self) -> None:
        page, own = Page(b"ok"), connections[DEFAULT_DB_ALIAS]
        application = BufferedRequests(lambda _environ, _start: page)
        shared = set(map(id, application.slots.free.queue))

        sent = application({"CONTENT_LENGTH": ""}, Answer())
        cast(SentResponse, sent).close()

        assert id(page.connection) in shared
        assert connections[DEFAULT_DB_ALIAS] is own
        assert application.slots.free.qsize() == WORKING_SLOTS


def test_an_error_gives_the_slot_back() -> None:
    def fails(_environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        raise ValueError("broken")

    application = BufferedRequests(fails)

    for _time in range(WORKING_SLOTS + 1):
        with pytest.raises(ValueError, match="broken"):
            application({"CONTENT_LENGTH": ""}, Answer())
