"""The logs of a whole run: JSON, each line with the id of its request or task, and nothing of any person."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.db import connection
from django.utils import timezone

from aftercare.alerts.models import Alert
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import Patient, Procedure, StaffMember, User
from tests.processes.running import RunningPortal
from tools.run.visitor import Page, Visitor
from tools.servers.errors import ServerError
from tools.servers.process import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("course_set", "procedure")]
Person = TypeVar("Person", Patient, StaffMember)
NOTE = "Quillnote: weeping since the wedding"
IN_PROSE = re.compile(r"quillnote|wedding|\bpus\b|thornbury|oswald|quillfeather|zephyrine", re.IGNORECASE)


@pytest.fixture
def patient(patient: Patient) -> Patient:
    """A patient whose names stand nowhere else."""
    return renamed(patient, "Zephyrine", "Quillfeather")


@pytest.fixture
def nurse(nurse: StaffMember) -> StaffMember:
    """A nurse whose names stand nowhere else."""
    return renamed(nurse, "Oswald", "Thornbury")


def renamed(person: Person, first_name: str, last_name: str) -> Person:
    address = f"{first_name}@{last_name}.example".lower()
    User.objects.filter(pk=person.user.pk).update(first_name=first_name, last_name=last_name, email=address)
    person.user.refresh_from_db()
    return person


@contextlib.contextmanager
def one_of_that_name(last_name: str) -> Iterator[None]:
    """No second user can have this last name, and the portal does not know it."""
    table = User._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE UNIQUE INDEX one_of_that_name ON {table} (last_name) WHERE last_name = %s", [last_name]
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX one_of_that_name")


def refused(visitor: Visitor, page: Page | str, status: int, **answers: str) -> None:
    """Open a page, or send its form, to be answered with this status."""
    ask = partial(visitor.get, page) if isinstance(page, str) else partial(visitor.send, page, **answers)
    with pytest.raises(ServerError, match=f"answered {status}"):
        ask()


def act(visitor: Visitor, page: Page, path: str) -> Page:
    """Press the button of a page whose form leads to `path`."""
    return visitor.send(Page(url=f"{visitor.base}{path}", status=page.status, text=page.text))


def spend_a_day(portal: RunningPortal, patient: Patient, nurse: StaffMember) -> set[str]:
    """Do what people do, and what goes wrong; return the tokens that were used."""
    web = portal.web()
    portal.worker()
    portal.beat()
    visitor = Visitor(web.url)
    link = make_sign_in_link(user=patient.user, now=timezone.now())
    visitor.send(visitor.get(link))
    form = visitor.get("/check-in/")
    visitor.send(form, redness="1", pain="1", signs=["pus"], want_contact="no", note=NOTE)
    refused(visitor, link, 410)
    refused(visitor, f"{link}more/?name=Quillfeather", 404)
    refused(visitor, "/nowhere/Quillfeather/", 404)
    without_token = Page(form.url, 200, form.text.replace('name="csrfmiddlewaretoken"', 'name="unknown"'))
    refused(visitor, without_token, 403, note=NOTE)

    staff = portal.visitor(web, nurse.user)
    alert = Alert.objects.get(patient=patient)
    act(staff, staff.get(f"/clinic/alerts/{alert.pk}/"), f"/clinic/alerts/{alert.pk}/acknowledge/")
    staff.get("/clinic/patients/search/?q=Quillfeather")
    with one_of_that_name("Quillfeather"):
        refused(staff, staff.get("/accounts/"), 500, last_name="Quillfeather")
    wait_until(
        lambda: "was not taken" in text_of(portal.folder / "worker.log"), seconds=40, what="no mail failed"
    )
    for process in reversed(portal.started):
        process.stop()
    return {link.rstrip("/").rsplit("/", maxsplit=1)[1]}


def text_of(log: Path) -> str:
    return log.read_text() if log.exists() else ""


def lines_of(log: Path) -> list[dict[str, Any]]:
    """The lines of a log; what Celery prints before its first line is left out."""
    return [json.loads(line) for line in text_of(log).splitlines() if line.startswith("{")]


def test_no_line_of_a_whole_run_holds_what_a_person_typed_or_is_called(
    portal: RunningPortal, patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    portal.mail.reject_mailboxes(nurse.user.email)

    tokens = spend_a_day(portal, patient, nurse)

    logs = {path.stem: text_of(path) for path in portal.folder.glob("*.log")}
    assert {"web", "worker", "beat"} <= logs.keys()
    for name, log in logs.items():
        assert IN_PROSE.findall(log) == [], name
        assert [token for token in tokens if token in log] == [], name
        assert "DETAIL" not in log

    web = lines_of(portal.folder / "web.log")
    assert len(web) == len(logs["web"].splitlines())
    assert len({line["request_id"] for line in web if line["logger"].startswith("django")}) >= 4
    told = {line["message"] for line in web}
    assert {"Not Found: [unknown path]", "Gone: /accounts/link/[token]/"} <= told
    (failure,) = [line for line in web if line["message"] == "Internal Server Error: /accounts/"]
    assert "psycopg2.errors.UniqueViolation 23505 one_of_that_name" in failure["trace"]

    worker = lines_of(portal.folder / "worker.log")
    about_mail = [line for line in worker if "was not taken" in line["message"]]
    assert all(line["task_id"] for line in about_mail)
    assert all(line["message"].endswith("was not taken: recipient refused 550") for line in about_mail)
