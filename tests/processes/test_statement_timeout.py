"""Statements of web requests are cancelled after a time limit; those of other processes are not."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.db import transaction

from aftercare.people.models import Patient, Procedure
from tests.processes.running import RunningPortal
from tests.processes.test_main_job import report_pus
from tools.servers.errors import ServerError
from tools.servers.process import ROOT

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("course_set")]

SHOW = (
    "from django.db import connection as c; k = c.cursor(); "
    "k.execute('SHOW statement_timeout'); print(*k.fetchone())"
)


def test_a_request_that_waits_too_long_for_the_database_is_ended(
    portal: RunningPortal, patient: Patient, procedure: Procedure
) -> None:
    portal.env["STATEMENT_TIMEOUT_SECONDS"] = "0.5"
    visitor = portal.visitor(portal.web(), patient.user)
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        with pytest.raises(ServerError, match="/check-in/ answered 503"):
            report_pus(visitor)
    assert 'data-level="urgent"' in report_pus(visitor).text


@pytest.mark.parametrize(
    ("process", "seconds", "limit"),
    [
        (["-c", f"import aftercare.wsgi; {SHOW}"], "5", "5s"),
        (["-c", f"import aftercare.wsgi; {SHOW}"], "0", "0"),
        (["-c", f"import django; django.setup(); import aftercare.celery; {SHOW}"], "5", "0"),
        (["manage.py", "shell", "--no-imports", "-c", SHOW], "5", "0"),
    ],
    ids=["web", "web that is told not to", "worker and beat", "commands and migrations"],
)
def test_only_the_web_process_has_a_time_limit(
    portal: RunningPortal, process: list[str], seconds: str, limit: str
) -> None:
    env = {
        **portal.env,
        "STATEMENT_TIMEOUT_SECONDS": seconds,
        "DJANGO_SETTINGS_MODULE": "aftercare.settings",
    }
    done = subprocess.run(
        [sys.executable, *process], cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == limit
