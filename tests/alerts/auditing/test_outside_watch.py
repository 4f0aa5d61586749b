"""The outside watch is called each minute while somebody would be told, and only then."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from aftercare.alerts.auditing.outside_watch import call_outside_watch, what_is_unwell
from aftercare.alerts.dispatching.undelivered import KIND
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.tasks import escalate
from aftercare.checkins.tasks import audit
from aftercare.outbox.heartbeats import beat_heart
from aftercare.outbox.models import ChannelState, Heartbeat, Message
from aftercare.people.models import Clinic, Patient, StaffMember
from tests.clock import frozen_at
from tests.factories import at

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(1))]


class Watch:
    """An outside service on this machine that keeps what it is asked, and answers as it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.status = 200
        watch = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                watch.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
                self.send_response(watch.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Write no log."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/0b3c"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()


@pytest.fixture
def watch(settings: Any) -> Iterator[Watch]:
    watch = Watch()
    settings.HEARTBEAT_URL = watch.url
    yield watch
    watch.server.shutdown()
    watch.server.server_close()


@pytest.fixture(autouse=True)
def all_is_well(patient: Patient, nurse: StaffMember) -> None:
    """Worker, beat, escalation and auditor have just run; the clinic has a patient and a nurse."""
    for part in ("worker", "beat"):
        beat_heart(part, at(1))
    escalate()
    audit()


def test_it_is_called_while_all_is_well_with_nothing_about_anybody(watch: Watch) -> None:
    assert call_outside_watch(at(1))

    ((method, path, headers, body),) = watch.asked
    assert (method, path, body) == ("GET", "/ping/0b3c", b"")
    assert set(headers) == {"Accept-Encoding", "Host", "User-Agent", "Connection"}
    assert headers["User-Agent"] == "Aftercare"


@pytest.mark.parametrize("part", ["worker", "beat", "escalation", "auditor"])
def test_it_is_not_called_without(part: str, watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    Heartbeat.objects.filter(name=part).delete()

    assert not call_outside_watch(at(1))

    assert watch.asked == []
    assert f"the outside watch is not called: {part}" in caplog.text


@pytest.mark.parametrize(
    ("part", "well", "unwell"),
    [("worker", 29, 30), ("escalation", 89, 90), ("auditor", 179, 180)],
)
def test_a_part_that_stands_still_is_noticed(part: str, well: float, unwell: float) -> None:
    for name in ("worker", "beat", "escalation", "auditor"):
        beat_heart(name, at(2))
    beat_heart(part, at(1))
    rest = {"worker", "beat", "escalation", "auditor"} - {part}
    for seconds, is_named in ((well, False), (unwell, True)):
        now = at(1, seconds=seconds)
        for name in rest:
            beat_heart(name, now)
        assert (part in what_is_unwell(now)) is is_named


def test_it_is_not_called_while_an_escalation_is_overdue(daytime_alert: Alert, watch: Watch) -> None:
    Dispatch.objects.update(drained_at=at(1))
    with frozen_at(at(2)):
        for name in ("worker", "beat", "escalation", "auditor"):
            beat_heart(name, at(2))
        assert what_is_unwell(at(2)) == ["escalations"]


def test_it_is_not_called_where_a_clinic_reaches_nobody(
    clinic: Clinic, nurse: StaffMember, other_clinic: Clinic
) -> None:
    """A clinic without patients counts for nothing."""
    assert what_is_unwell(at(1)) == []
    StaffMember.objects.filter(pk=nurse.pk).update(away_from=at(0))

    assert what_is_unwell(at(1)) == [f"clinic {clinic.pk}"]


def test_it_is_not_called_where_every_mailbox_of_a_clinic_refuses(
    clinic: Clinic, nurse: StaffMember, daytime_alert: Alert
) -> None:
    Dispatch.objects.update(drained_at=at(1))
    failed = Message.objects.create(
        kind=KIND,
        subject=Dispatch.objects.get().pk,
        sender=clinic.pk,
        recipient=nurse.user,
        state="failed",
        failure="permanent",
        created_at=at(0),
        next_attempt_at=at(0),
        finished_at=at(0),
    )
    assert what_is_unwell(at(1)) == [f"clinic {clinic.pk}"]

    Message.objects.filter(pk=failed.pk).update(attended_at=at(1))
    assert what_is_unwell(at(1)) == []


def test_it_is_not_called_while_the_mail_server_is_away() -> None:
    state = ChannelState.objects.create(channel="email", outages=2, paused_until=at(2))
    assert what_is_unwell(at(1)) == []
    ChannelState.objects.filter(pk=state.pk).update(outages=3)
    assert what_is_unwell(at(1)) == ["mail server"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_service_that_refuses_is_logged_without_its_address(
    watch: Watch, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    watch.status = status

    assert not call_outside_watch(at(1))

    assert "the outside watch could not be called: HTTPError" in caplog.text
    assert "0b3c" not in caplog.text
    assert [path for _method, path, *_rest in watch.asked] == ["/ping/0b3c"]


def test_a_service_that_is_gone_harms_nothing(
    settings: Any, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    watch.server.shutdown()
    watch.server.server_close()

    assert not call_outside_watch(at(1))

    assert "the outside watch could not be called: URLError" in caplog.text


def test_a_service_that_hangs_is_left(
    settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    from aftercare.alerts.auditing import outside_watch

    monkeypatch.setattr(outside_watch, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.HEARTBEAT_URL = f"http://127.0.0.1:{silent.getsockname()[1]}/ping"
        assert not call_outside_watch(at(1))

    assert "the outside watch could not be called: TimeoutError" in caplog.text


def test_without_an_address_nobody_is_called(settings: Any) -> None:
    settings.HEARTBEAT_URL = ""
    assert not call_outside_watch(at(1))
