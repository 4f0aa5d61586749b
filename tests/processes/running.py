"""The portal as it runs: gunicorn, a Celery worker and beat, a broker and a mail server of the test's own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from django.db import connection
from django.utils import timezone

from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import User
from tools.run.visitor import Visitor
from tools.servers.mail import MailServer
from tools.servers.portal import Beat, Web, Worker, bare_environment
from tools.servers.process import Process
from tools.servers.valkey import Valkey

Started = TypeVar("Started", bound=Process)


def environment(broker: Valkey, mail: MailServer) -> dict[str, str]:
    """The environment of a portal on the test database."""
    database = connection.settings_dict
    return bare_environment() | {
        "DATABASE_URL": f"postgres://postgres@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": broker.url,
        "EMAIL_URL": mail.url,
        "SITE_URL": "http://localhost",
        "SECRET_KEY": "a key of this test alone, as long as that of a portal: 0123456789",
        "DATA_KEYS": os.environ["DATA_KEYS"],
        "STAFF_MFA": "optional",
        "DATA_DIR": os.environ["DATA_DIR"],
    }


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

    def kill(self) -> None:
        """End all processes at once: a worker or a web process that is asked to stop takes seconds."""
        for process in reversed(self.started):
            process.kill()

    def visitor(self, web: Web, user: User) -> Visitor:
        """A person who has signed in by a link."""
        visitor = Visitor(web.url)
        visitor.send(visitor.get(make_sign_in_link(user=user, now=timezone.now())))
        return visitor
