"""Web, worker, beat, PostgreSQL, Valkey and a mail server, each of which can be stopped and restarted."""

import http.client
import json
import math
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

from tools.servers.mail import MailServer
from tools.servers.portal import Beat, Web, Worker, bare_environment, fresh_secrets
from tools.servers.postgres import Postgres
from tools.servers.process import ROOT, Process
from tools.servers.valkey import Valkey
from tools.stage.clients import URGENT, Answers, Form, Reply
from tools.stage.counting import Reconciliation, ask, ids_in, reconcile
from tools.stage.telephones import Network, Telephones

Started = TypeVar("Started", bound=Process)

# Intervals in seconds, shorter than in production.
QUICK = {
    "MAIL_TIMEOUT_SECONDS": "2",
    "OUTBOX_CLAIM_SECONDS": "4",
    "OUTBOX_RETRY_SECONDS": "0.5",
    "OUTBOX_FOLD_SECONDS": "1",
}


class Stage:
    """The running portal with patients. `pace`: variables that shorten its intervals; production values if omitted.

    `network` or `telephones`: an SMS gateway and a push service; one member of each clinic then has a telephone and a
    browser. What a network has taken is counted, and its faults are repaired.
    """

    def __init__(
        self,
        *,
        clinics: int,
        patients: int,
        staff: int = 2,
        pace: dict[str, str] | None = None,
        durable: bool = False,
        network: Network | None = None,
        telephones: Telephones | None = None,
    ) -> None:
        self.size = (clinics, patients, staff)
        self.network = network
        self.telephones = network.telephones if network else telephones
        self.pace = pace or {}
        self.postgres = Postgres(durable=durable)
        self.valkey = Valkey()
        self.mail = MailServer()
        self.stack = ExitStack()
        self.started: list[Process] = []
        self.lock = threading.Lock()
        self.seconds: list[float] = []
        self.accepted: list[UUID] = []
        self.flagged: list[UUID] = []
        # Message ids received by other means than `mail`.
        self.elsewhere: Counter[str] = Counter()

    def __enter__(self) -> Self:
        with self.stack:
            self.folder = Path(
                self.stack.enter_context(tempfile.TemporaryDirectory(prefix="aftercare-stage-"))
            )
            self.stack.enter_context(self.postgres)
            self.stack.enter_context(self.valkey)
            self.stack.enter_context(self.mail)
            self.stack.callback(self.stop_processes)
            self.database = self.postgres.create_database("stage")
            self.env = bare_environment() | {
                "DATABASE_URL": self.database,
                "REDIS_URL": self.valkey.url,
                "EMAIL_URL": self.mail.url,
                "SITE_URL": "http://localhost",
                **fresh_secrets(),
                "STAFF_MFA": "optional",
                "DATA_DIR": str(self.folder),
                **(self.telephones.environment if self.telephones else {}),
                **self.pace,
            }
            self.fill()
            self.web = self.run(Web(env=self.env, log=self.folder / "web.log"))
            self.worker = self.new_worker()
            self.beat = self.new_beat()
            self.stack = self.stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stack.close()

    def fill(self) -> None:
        """Create tables, static files, clinics, staff and patients."""
        numbers = [str(number) for number in self.size]
        made = self.manage(
            "-m", "tools.stage.people", *numbers, *([self.telephones.push] if self.telephones else [])
        )
        self.manage("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        self.sessions: list[list[str]] = json.loads(made)
        self.turn = 0

    def manage(self, *arguments: str, **env: str) -> str:
        """Run a command of the portal and return its output."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.env | env,
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def run(self, process: Started) -> Started:
        """Start a process that is stopped with the stage."""
        self.started.append(process)
        process.start()
        return process

    def new_worker(self, **env: str) -> Worker:
        return self.run(Worker(env=self.env | env, log=self.folder / f"worker-{len(self.started)}.log"))

    def new_beat(self) -> Beat:
        number = len(self.started)
        return self.run(
            Beat(env=self.env, schedule=self.folder / "beat", log=self.folder / f"beat-{number}.log")
        )

    def stop_processes(self) -> None:
        for process in reversed(self.started):
            process.stop()

    def repair(self) -> None:
        """Restart whatever a fault stopped, and reset the mail server and the other providers."""
        self.mail.reset()
        self.mail.start_again()
        if self.network:
            self.network.repair()
        for server in (self.postgres.server, self.valkey):
            if server.is_alive():
                server.thaw()
            else:
                server.start()
        if not self.worker.is_alive():
            self.worker = self.new_worker()
        if not self.beat.is_alive():
            self.beat = self.new_beat()

    def form(self) -> Form:
        """Fetch the form of a patient without a check-in; clinics take turns."""
        with self.lock:
            turn, self.turn = self.turn, self.turn + 1
        clinic = self.sessions[turn % len(self.sessions)]
        return Form(self.web.port, clinic[turn // len(self.sessions)])

    def check_in(self, answers: Answers = URGENT, *, flagged: bool = True) -> Reply:
        """Send a check-in of the next patient, and record the response."""
        return self.keep(self.form().send(answers), flagged=flagged)

    def keep(self, reply: Reply, *, flagged: bool = True, timed: bool = True) -> Reply:
        """Record a response. `timed`: include it in the percentile."""
        with self.lock:
            if timed:
                self.seconds.append(reply.seconds[1])
            if reply.accepted is not None:
                self.accepted.append(reply.accepted)
                if flagged:
                    self.flagged.append(reply.accepted)
        return reply

    def p99(self) -> float:
        """Return the 99th percentile of the response times of check-ins, in seconds."""
        return sorted(self.seconds)[math.ceil(0.99 * len(self.seconds)) - 1]

    def arrived_ids(self) -> Counter[str]:
        """Count the ids of the messages received, by whatever channel."""
        by_phone = self.network.arrived_ids(self.database) if self.network else Counter[str]()
        return ids_in(self.mail.messages) + by_phone + self.elsewhere

    def reconcile(self) -> Reconciliation:
        return reconcile(self.database, self.accepted, self.flagged, self.arrived_ids())

    def settle(self, *, seconds: float) -> Reconciliation:
        """Return the reconciliation once nothing is lost or unfinished, or after `seconds`."""
        until = time.monotonic() + seconds
        while True:
            found = self.reconcile()
            if not (found.lost or found.unfinished) or time.monotonic() > until:
                return found
            time.sleep(0.2)

    def wait_until_told(self, *, seconds: float = 60) -> Reconciliation:
        """Return the reconciliation once settled. Raises AssertionError with the losses after `seconds`."""
        found = self.settle(seconds=seconds)
        assert (found.lost, found.unfinished) == ([], 0), f"{found}\n{self.worker.last_lines(60)}"
        return found

    def readyz(self) -> dict[str, Any]:
        """Return the portal's `/readyz`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            found: dict[str, Any] = json.loads(connection.getresponse().read())
            return found
        finally:
            connection.close()

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Return rows of the portal's database."""
        return ask(self.database, query)
