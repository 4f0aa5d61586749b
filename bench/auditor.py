"""Measure the auditor at a million check-ins, and the walk of missed check-ins at a million patients.

`auditor_ms` is to stay under 100. Before they are measured again, the links of some dispatches are removed by hand:
the auditor finds each of them. `missed_s` is one walk of the task that runs every minute.

    .venv/bin/python bench/auditor.py [check-ins] [clinics] [patients]
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Replaces this folder, whose module names (queue) would hide those of the standard library.
sys.path[0] = str(ROOT)

from tools.servers.cleanup import process_cleanup  # noqa: E402
from tools.servers.portal import NO_MAIL_SERVER, bare_environment, fresh_secrets  # noqa: E402
from tools.servers.postgres import Postgres  # noqa: E402

OPEN_ALERTS = 40  # of each clinic


def run(environment: dict[str, str], *command: str) -> str:
    """Run a command of Python and return what it printed."""
    done = subprocess.run(
        [sys.executable, *command], env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def main() -> None:
    check_ins, clinics, patients = (
        int(sys.argv[place]) if len(sys.argv) > place else default
        for place, default in ((1, 1_000_000), (2, 50), (3, 1_000_000))
    )
    with (
        process_cleanup(),
        tempfile.TemporaryDirectory(prefix="aftercare-bench-") as data,
        Postgres() as postgres,
    ):
        environment = bare_environment() | {
            "DATABASE_URL": postgres.create_database("portal"),
            "REDIS_URL": "redis://127.0.0.1:1/0",  # nothing listens there: nudges are dropped
            "EMAIL_URL": NO_MAIL_SERVER,
            "SITE_URL": "http://127.0.0.1",
            **fresh_secrets(),
            "DATA_DIR": data,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "aftercare.settings"),
        }
        run(environment, "manage.py", "migrate", "-v0")
        options = [
            "--check-ins",
            str(check_ins),
            "--clinics",
            str(clinics),
            "--open-alerts",
            str(OPEN_ALERTS),
        ]
        run(environment, "manage.py", "seed_demo", *options)
        found = json.loads(run(environment, "-m", "bench.support.audits", str(patients)).splitlines()[-1])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
