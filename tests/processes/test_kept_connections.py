"""A connection that is kept open is closed after its last request, so that one process does not keep all of them."""

from __future__ import annotations

import contextlib
import http.client
import runpy
from pathlib import Path

import pytest
from django.conf import settings

from tests.processes.running import RunningPortal

pytestmark = pytest.mark.processes

LAST = runpy.run_path(str(Path(settings.BASE_DIR, "gunicorn.conf.py")))["REQUESTS_OF_A_CONNECTION"]


def test_the_last_request_of_a_connection_is_answered_before_it_is_closed(portal: RunningPortal) -> None:
    web = portal.web()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)) as connection:
        closed = []
        for _request in range(LAST):
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            assert answer.status == 200
            assert answer.read()
            closed.append(answer.getheader("Connection") == "close")
        assert closed == [False] * (LAST - 1) + [True]
        connection.request("GET", "/healthz")  # over a new connection
        assert connection.getresponse().getheader("Connection") == "keep-alive"
