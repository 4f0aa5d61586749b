"""Measure how long a demo of a million check-ins takes to load, on a PostgreSQL with fsync on.

The floor copies as many bare rows, an instant and a word each, into a table without keys: the least that the
database alone needs.

    .venv/bin/python bench/demo.py [check-ins] [clinics] [open alerts of each clinic]
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Replaces this folder, whose module names (queue) would hide those of the standard library.
sys.path[0] = str(ROOT)

import psycopg2  # type: ignore[import-untyped] # noqa: E402

from tools.servers.cleanup import process_cleanup  # noqa: E402
from tools.servers.portal import NO_MAIL_SERVER, bare_environment, fresh_secrets  # noqa: E402
from tools.servers.postgres import Postgres  # noqa: E402

COUNTS = {
    "clinics": "SELECT count(*) FROM people_clinic",
    "patients": "SELECT count(*) FROM people_patient",
    "check_ins": "SELECT count(*) FROM checkins_checkin",
    "findings": "SELECT count(*) FROM checkins_finding",
    "alerts": "SELECT count(*) FROM alerts_alert",
    "open_alerts": "SELECT count(*) FROM alerts_alert WHERE status <> 'closed'",
    "most_open_of_a_clinic": "SELECT max(n) FROM (SELECT count(*) AS n FROM alerts_alert "
    "WHERE status <> 'closed' GROUP BY clinic_id) AS each",
    "dispatches": "SELECT count(*) FROM alerts_dispatch",
    "unsent": "SELECT count(*) FROM outbox_message WHERE finished_at IS NULL",
    "events": "SELECT count(*) FROM people_event",
    "database_mb": "SELECT pg_database_size(current_database()) / 1000000",
}


def manage(environment: dict[str, str], *arguments: str) -> float:
    """Run a management command and return its seconds."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "manage.py", *arguments], env=environment, cwd=ROOT, check=True)
    return time.perf_counter() - began


def copy_bare_rows(url: str, count: int) -> float:
    """Return the seconds of the floor."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (at timestamptz, level text)")
        rows = io.StringIO("2026-11-18T20:45:00+00:00\texpected\n" * count)
        began = time.perf_counter()
        cursor.copy_expert("COPY bare FROM STDIN", rows)
        connection.commit()
        return time.perf_counter() - began


def counts(url: str) -> dict[str, int]:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        found = {}
        for name, query in COUNTS.items():
            cursor.execute(query)
            found[name] = int(cursor.fetchone()[0])
    connection.close()
    return found


def main() -> None:
    check_ins, clinics, waiting = (
        int(sys.argv[place]) if len(sys.argv) > place else default
        for place, default in ((1, 1_000_000), (2, 50), (3, 40))
    )
    with (
        process_cleanup(),
        tempfile.TemporaryDirectory(prefix="aftercare-bench-") as data,
        Postgres(durable=True) as postgres,
    ):
        url, floor_url = postgres.create_database("portal"), postgres.create_database("floor")
        environment = bare_environment() | {
            "DATABASE_URL": url,
            "SITE_URL": "http://127.0.0.1",
            "EMAIL_URL": NO_MAIL_SERVER,
            **fresh_secrets(),
            "DATA_DIR": data,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "aftercare.settings"),
        }
        manage(environment, "migrate", "-v0")
        options = ["--check-ins", str(check_ins), "--clinics", str(clinics), "--open-alerts", str(waiting)]
        seconds = manage(environment, "seed_demo", *options)
        floor_seconds = copy_bare_rows(floor_url, check_ins)
        found = counts(url)
    rates = {
        "seconds": seconds,
        "check_ins_per_s": check_ins / seconds,
        "floor_per_s": check_ins / floor_seconds,
    }
    print(json.dumps({name: round(value, 1) for name, value in rates.items()} | found))


if __name__ == "__main__":
    main()
