"""Slow clients hold no thread that works.

gunicorn reads a body in the thread that answers the request, so that a few clients who send one byte a second would
hold all of them. Here many threads wait for clients (gunicorn.conf.py says how many). A thread takes one of a few
slots once its request is complete, and gives the slot back before the response is sent.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING

from django.http.response import HttpResponseBase

from aftercare.incoming.working_slots import WorkingSlots

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WORKING_SLOTS = 4  # per process, and as many database connections
LARGEST_BODY = 22_000_000  # bytes: a picture of 20 MB with its form
# A body that is too large is read to its end up to here, and thrown away: browsers show no answer before that.
MOST_DISCARDED = 150_000_000
TOO_LARGE = "HTTP_X_BODY_TOO_LARGE"  # in the environment of a request whose body was thrown away
IN_MEMORY = 256_000  # bytes of a body; what is longer waits in a file
STEP = 65_536  # bytes
BODY_SECONDS = 60.0  # for the whole body


class BodyError(Exception):
    """The body is not taken; `status` says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class BufferedRequests:
    """A WSGI application that hands complete requests to another one, a few at a time."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application
        self.slots = WorkingSlots(WORKING_SLOTS)
        self.deadlines = Deadlines()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            body = self.read_body(environ)
        except BodyError as error:
            if error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                return refuse(error.status, start_response)
            environ |= {"wsgi.input": BytesIO(), "CONTENT_LENGTH": "0", TOO_LARGE: "yes"}
            return self.work(environ, start_response)
        if body is None:
            return self.work(environ, start_response)
        with body:
            environ["wsgi.input"] = body
            return self.work(environ, start_response)

    def work(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self.slots.taken():
            response = self.application(environ, start_response)
        # A file is handed to gunicorn as it is, which lets the kernel send it.
        return SentResponse(response, self.slots) if isinstance(response, HttpResponseBase) else response

    def read_body(self, environ: WSGIEnvironment) -> IO[bytes] | None:
        """Return the whole body, or None without one; raise BodyError if it is too large or does not arrive."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > LARGEST_BODY:
            self.discard_body(environ, length)
            raise BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not length:
            return None
        body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed when the request is answered)
        with self.deadlines.watch(environ.get("gunicorn.socket")), contextlib.suppress(OSError):
            while missing := length - body.tell():
                if not (piece := environ["wsgi.input"].read(min(STEP, missing))):
                    break
                body.write(piece)
        if body.tell() < length:
            body.close()
            raise BodyError(HTTPStatus.REQUEST_TIMEOUT)
        body.seek(0)
        return body

    def discard_body(self, environ: WSGIEnvironment, length: int) -> None:
        """Read a body that is too large, within the same time, and keep nothing of it."""
        if length > MOST_DISCARDED:
            return
        with self.deadlines.watch(environ.get("gunicorn.socket")), contextlib.suppress(OSError):
            while length > 0 and (piece := environ["wsgi.input"].read(min(STEP, length))):
                length -= len(piece)


class SentResponse:
    """A response that is sent without a slot, and takes one again for the work left for after the last byte."""

    def __init__(self, response: HttpResponseBase, slots: WorkingSlots) -> None:
        self.response = response
        self.slots = slots

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.response)

    def close(self) -> None:
        with self.slots.taken():
            self.response.close()


class Deadlines:
    """Hangs up on clients that need too long. A time limit of the socket would start anew with each byte."""

    def __init__(self) -> None:
        self.ends: dict[socket.socket, float] = {}
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None

    @contextlib.contextmanager
    def watch(self, client: socket.socket | None) -> Iterator[None]:
        if client is None:
            yield
            return
        with self.lock:
            self.ends[client] = time.monotonic() + BODY_SECONDS
            if self.thread is None:
                self.thread = threading.Thread(target=self.run, name="deadlines", daemon=True)
                self.thread.start()
        try:
            yield
        finally:
            with self.lock:
                del self.ends[client]

    def run(self) -> None:
        while True:
            time.sleep(1)
            with self.lock:
                late = [client for client, end in self.ends.items() if end < time.monotonic()]
                for client in late:
                    with contextlib.suppress(OSError):
                        client.shutdown(socket.SHUT_RD)


def refuse(status: HTTPStatus, start_response: StartResponse) -> Iterable[bytes]:
    """Answer in plain text."""
    text = f"{status.phrase}\n".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [text]
