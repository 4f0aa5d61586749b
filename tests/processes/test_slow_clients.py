"""Forty clients that send a byte and wait: gunicorn as the product starts it goes on answering everybody else."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
from django.db import connection

from aftercare.incoming.slow_clients import WORKING_SLOTS
from aftercare.people.models import Patient
from tests.processes.running import RunningPortal

pytestmark = pytest.mark.processes

SLOW_CLIENTS = 40
WORKERS = 2
HEAD = b"POST /check-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
BEGUN = {
    "in the body": HEAD + b"Content-Length: 1000\r\n\r\nr",
    "in the head": HEAD,
}


@contextlib.contextmanager
def slow_clients(port: int, begun: bytes) -> Iterator[None]:
    """Clients that have sent this much of a request, and send no more."""
    with contextlib.ExitStack() as stack:
        for _number in range(SLOW_CLIENTS):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            client.sendall(begun)
        # Long enough for each to have reached a thread.
        time.sleep(1)
        yield


def connections_of_the_portal() -> int:
    """How many connections others than this test have to its database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN.keys())
def test_forty_slow_clients_stall_nobody(portal: RunningPortal, patient: Patient, begun: bytes) -> None:
    web = portal.web()
    visitor = portal.visitor(web, patient.user)
    with slow_clients(web.port, begun):
        for _time in range(10):
            started = time.monotonic()
            assert "check-in" in visitor.get("/").text
            assert time.monotonic() - started < 3
        assert connections_of_the_portal() <= WORKERS * WORKING_SLOTS
