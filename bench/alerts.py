"""Measure the time from a check-in's commit to its messages at their providers, and how fast a backlog drains.

PostgreSQL with fsync on, Valkey, a worker with two processes and beat, all at production pace; a mail server, and
an SMS gateway with a push service, in processes of their own. Check-ins go through the portal's action, whose return
is the commit.

At 1/s the check-ins are urgent, at 50/s emergencies (each is sent singly), in turns over 50 clinics with two
members of staff, of whom one has a telephone and a browser: two mails, an SMS and a push for each. `push_p99_ms` and
`sms_p99_ms` are at 1/s; their floor is a loop of plain requests to the same provider. Then each clinic has 200
members: with the worker stopped, one urgent check-in per clinic makes 10,000 mails to different people, so that
nothing is batched. The floor is a loop of smtplib over one connection with a mail of the same size, before and after.
While the backlog drains, an emergency of another clinic comes in.

    .venv/bin/python bench/alerts.py [seconds a rate]
"""

import http.client
import json
import os
import smtplib
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Replaces this folder, whose module names (queue) would hide those of the standard library.
sys.path[0] = str(ROOT)

from concurrent.futures import ThreadPoolExecutor  # noqa: E402

from tools.servers.cleanup import process_cleanup  # noqa: E402
from tools.servers.process import wait_until  # noqa: E402
from tools.servers.providers.recorder import Recorder  # noqa: E402
from tools.servers.sink import Sink  # noqa: E402
from tools.stage.stage import Stage  # noqa: E402
from tools.stage.telephones import Telephones, messages_by_token, token_in  # noqa: E402

CLINICS, STAFF, LARGE_STAFF = 50, 2, 200
FLOOR_MAILS, FLOOR_POSTS = 2000, 500
PATIENCE = 600.0  # seconds for a backlog to drain
MESSAGES = "SELECT m.id, d.event, m.channel FROM outbox_message m JOIN alerts_dispatch d ON d.id = m.subject"


class Patients:
    """Patients without a check-in, clinics in turns, and their check-ins."""

    def __init__(self) -> None:
        from aftercare.people.models import Clinic, Patient

        clinics = list(Clinic.objects.order_by("pk"))
        self.last = list(Patient.objects.filter(clinic=clinics[-1]).select_related("clinic", "user"))
        by_clinic = [
            list(Patient.objects.filter(clinic=clinic).select_related("clinic", "user"))
            for clinic in clinics[:-1]
        ]
        self.turns = [patient for row in zip(*by_clinic, strict=True) for patient in row]

    def check_in(self, patient: Any, **said: Any) -> tuple[str, float]:
        """Submit a check-in. Returns its id and the instant of the commit."""
        import uuid

        from django.utils import timezone

        from aftercare.checkins.submission.actions import submit_check_in
        from aftercare.checkins.submission.submission import Submission
        from aftercare.triage import Answers

        answers = Answers.from_json({"emergency": [], "signs": [], "redness": 1, **said})
        submission = Submission(token=uuid.uuid4(), answers=answers)
        receipt = submit_check_in(patient=patient, by=patient.user, submission=submission, now=timezone.now())
        return str(receipt.check_in.pk), time.time()


def at_a_rate(per_second: float, seconds: float, act: Callable[[], tuple[str, float]]) -> dict[str, float]:
    """Call `act` at a fixed rate, whether or not the call before is done. Returns the results."""
    began = time.monotonic()

    def later(number: int) -> tuple[str, float]:
        time.sleep(max(0.0, began + number / per_second - time.monotonic()))
        return act()

    with ThreadPoolExecutor(8) as threads:
        return dict(threads.map(later, range(int(per_second * seconds))))


def delays(
    stage: Stage, sink: Sink, recorder: Recorder, committed: dict[str, float]
) -> dict[str, list[float]]:
    """Return, by channel, the milliseconds from each commit to the arrival, once nothing is left to send."""
    wait_until(lambda: undelivered(stage) == 0, seconds=120, what="messages did not leave")
    arrived = sink.arrivals() | phone_arrivals(stage, recorder)
    found: dict[str, list[float]] = {"email": [], "sms": [], "push": []}
    for pk, event, channel in stage.ask(MESSAGES):
        if str(event) in committed:
            found[str(channel)].append(1000 * (arrived[str(pk)] - committed[str(event)]))
    return found


def phone_arrivals(stage: Stage, recorder: Recorder) -> dict[str, float]:
    """Return the first arrival of each message at the SMS gateway or push service."""
    tokens = [(arrival.at, token_in(arrival.received)) for arrival in recorder.arrivals()]
    messages = messages_by_token(stage.database, [token for _at, token in tokens])
    found: dict[str, float] = {}
    for at, token in tokens:
        for message in messages.get(token, []):
            found.setdefault(message, at)
    return found


def undelivered(stage: Stage) -> int:
    """Return the number of dispatches without messages and of unfinished messages."""
    waiting = "SELECT 1 FROM outbox_message WHERE state NOT IN ('sent', 'failed', 'withdrawn')"
    return len(stage.ask("SELECT 1 FROM alerts_dispatch WHERE drained_at IS NULL")) + len(stage.ask(waiting))


def percentile(values: Sequence[float], percent: int) -> float:
    return round(statistics.quantiles(values, n=100)[percent - 1], 1)


def smtp_loop(sink: Sink, mails: int = FLOOR_MAILS) -> float:
    """Return the mails per second of a plain smtplib loop, the floor."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "A check-in", "portal@example.org", "nurse@example.org"
    mail["X-Aftercare-Message"] = "none"
    mail.set_content("A new check-in is waiting in the queue. Sign in to read it.\n" * 5)
    text = mail.as_bytes()
    with smtplib.SMTP("127.0.0.1", sink.port) as server:
        began = time.perf_counter()
        for _number in range(mails):
            server.sendmail("portal@example.org", ["nurse@example.org"], text)
        return mails / (time.perf_counter() - began)


def post_loop(recorder: Recorder, posts: int = FLOOR_POSTS) -> list[float]:
    """Return the milliseconds of each of many plain requests to the providers, the floor."""
    body = json.dumps({"to": "+447700900000", "message": "x" * 160})
    took = []
    for _number in range(posts):
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", recorder.port)
        connection.request("POST", "/floor", body)
        connection.getresponse().read()
        connection.close()
        took.append(1000 * (time.perf_counter() - began))
    return took


def drain(stage: Stage, sink: Sink, patients: Patients) -> dict[str, float]:
    """Measure how fast 10,000 messages leave, and the delay of an emergency queued behind them."""
    stage.worker.stop()
    stage.beat.stop()
    for _clinic in range(CLINICS):
        patients.check_in(patients.turns.pop(), signs=["pus"])
    before = sink.count()
    expected = before + CLINICS * LARGE_STAFF
    began = time.time()
    stage.beat = stage.new_beat()
    stage.worker = stage.new_worker()
    wait_until(lambda: sink.count() > before + 1000, seconds=PATIENCE, what="the backlog does not drain")
    emergency, committed = patients.check_in(patients.last.pop(), emergency=["eye"])
    wait_until(lambda: sink.count() >= expected + STAFF, seconds=PATIENCE, what="the backlog does not drain")
    arrived = sink.arrivals()
    ids = {str(pk): str(event) for pk, event, channel in stage.ask(MESSAGES) if channel == "email"}
    late = max(arrived[pk] - committed for pk, event in ids.items() if event == emergency)
    # From the first arrival on, which leaves out the start of the worker's interpreter.
    instants = sorted(at for at in arrived.values() if at > began)
    assert committed < instants[-1]
    return {
        "drain_per_s": round((len(instants) - 1) / (instants[-1] - instants[0]), 1),
        "drain_messages": len(instants),
        "emergency_behind_backlog_s": round(late, 2),
    }


def measure(stage: Stage, sink: Sink, recorder: Recorder, seconds: float) -> dict[str, float]:
    os.environ.update(stage.env, DJANGO_SETTINGS_MODULE="aftercare.settings")
    import django

    django.setup()
    patients = Patients()
    slow = at_a_rate(1, seconds, lambda: patients.check_in(patients.turns.pop(), signs=["pus"]))
    at_one = delays(stage, sink, recorder, slow)
    fast = at_a_rate(50, seconds / 3, lambda: patients.check_in(patients.turns.pop(), emergency=["eye"]))
    at_fifty = delays(stage, sink, recorder, fast)
    posts = post_loop(recorder)
    stage.manage("-m", "tools.stage.people", "--hire", str(LARGE_STAFF - STAFF))
    floors = [smtp_loop(sink)]
    drained = drain(stage, sink, patients)
    floors.append(smtp_loop(sink))
    floor = statistics.mean(floors)
    return {
        "p50_ms": percentile(at_one["email"], 50),
        "p99_ms": percentile(at_one["email"], 99),
        "push_p99_ms": percentile(at_one["push"], 99),
        "sms_p99_ms": percentile(at_one["sms"], 99),
        "messages_1_per_s": sum(map(len, at_one.values())),
        "p50_ms_50_per_s": percentile(at_fifty["email"], 50),
        "p99_ms_50_per_s": percentile(at_fifty["email"], 99),
        "push_p99_ms_50_per_s": percentile(at_fifty["push"], 99),
        "sms_p99_ms_50_per_s": percentile(at_fifty["sms"], 99),
        "messages_50_per_s": sum(map(len, at_fifty.values())),
        "floor_post_p99_ms": percentile(posts, 99),
        **drained,
        "floor_per_s": round(floor, 1),
        "drain_ratio": round(drained["drain_per_s"] / floor, 3),
    }


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    patients = int(seconds / CLINICS + 50 * seconds / 3 / CLINICS) + 4
    with process_cleanup(), Sink() as sink, Recorder() as recorder:
        telephones = Telephones(gateway=recorder.address, push=recorder.address)
        with Stage(
            clinics=CLINICS + 1,
            patients=patients,
            staff=STAFF,
            pace={"EMAIL_URL": sink.url},
            durable=True,
            telephones=telephones,
        ) as stage:
            figures = measure(stage, sink, recorder, seconds)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
