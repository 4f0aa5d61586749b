"""The portal as it runs: gunicorn, a Celery worker and beat, a broker and a mail server of the test's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection
from django.utils import timezone

from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import Patient, Procedure, User
from tests.people import ProcedureFactory, clinic, course_set, manager, nurse, patient
from tools.run.visitor import Visitor
from tools.servers.mail import MailServer
from tools.servers.portal import Beat, Web, Worker, bare_environment
from tools.servers.process import Process
from tools.servers.valkey import Valkey

Started = TypeVar("Started", bound=Process)

__all__ = ["clinic", "course_set", "manager", "nurse", "patient"]


@dataclass
class RunningPortal:
    """Three processes on the test's own database, each started when a test asks for it."""

    env: dict[str, str]
    broker: Valkey
    mail: MailServer
    folder: Path
    started: list[Process] = field(default_factory=list)

    def web(self) -> Web:
        web = Web(env=self.env, log=self.folder / "web.log")
        # Django has to know the port that links lead to, and gunicorn chose it.
        web.env["SITE_URL"] = web.url
        self.env["SITE_URL"] = web.url
        return self.start(web)

    def worker(self) -> Worker:
        return self.start(Worker(env=self.env, log=self.folder / "worker.log"))

    def beat(self) -> Beat:
        return self.start(Beat(env=self.env, schedule=self.folder / "beat", log=self.folder / "beat.log"))

    def start(self, process: Started) -> Started:
        self.started.append(process)
        process.start()
        return process

    def stop(self) -> None:
        for process in reversed(self.started):
            process.stop()

    def visitor(self, web: Web, user: User) -> Visitor:
        """A person who has signed in by a link."""
        visitor = Visitor(web.url)
        visitor.send(visitor.get(make_sign_in_link(user=user, now=timezone.now())))
        return visitor


@pytest.fixture
def procedure(patient: Patient) -> Procedure:
    """Microneedling 30 hours ago by the real clock, which the processes read."""
    return ProcedureFactory.create(patient=patient, performed_at=timezone.now() - timedelta(hours=30))


@pytest.fixture
def portal(
    transactional_db: None, valkey: Valkey, mail_server: MailServer, tmp_path: Path
) -> Iterator[RunningPortal]:
    """The portal on the test database: stopped before the database is emptied."""
    database = connection.settings_dict
    env = bare_environment() | {
        "DATABASE_URL": f"postgres://postgres@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": valkey.url,
        "EMAIL_URL": mail_server.url,
        "SECRET_KEY": "a key of this test alone",
        "STAFF_MFA": "optional",
        "DATA_DIR": os.environ["DATA_DIR"],
    }
    running = RunningPortal(env=env, broker=valkey, mail=mail_server, folder=tmp_path)
    yield running
    running.stop()
