"""Write tests/data/previous_release.sql.gz: the demo in a database of the present schema, schema and data.

    .venv/bin/python -m tools.previous_release

Run it on the commit of a release, before the next one changes a model. tests/tooling/test_previous_release.py loads
the file, runs the migrations added since, and finds every row again. All people in the file are made up.
"""

import gzip
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.check import suites
from tools.previous_release.fill import NOW
from tools.servers.postgres import Postgres, binaries
from tools.servers.process import ROOT

DUMP = ROOT / "tests" / "data" / "previous_release.sql.gz"
# Comments of pg_dump, commands of psql, and a setting unknown to older servers.
LEFT_OUT = re.compile(r"^(?:--(?: .*)?|\\(?:un)?restrict .*|SET transaction_timeout .*)\n", re.MULTILINE)
# INSERT, because only psql understands COPY in a script, and the tests need no client programs.
OPTIONS = ("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100")


def fill(env: dict[str, str]) -> None:
    """Migrate an empty database and fill it with the demo and further rows."""
    manage = [sys.executable, "manage.py"]
    now = NOW.isoformat()
    for command in (
        [*manage, "migrate", "--verbosity", "0"],
        [*manage, "seed_demo", "--now", now, "--processes", "1", "--patients", "20"],
        [*manage, "load_guidance"],
        [sys.executable, "-m", "tools.previous_release.fill"],
    ):
        subprocess.run(command, cwd=ROOT, env=env, check=True)


def dump(port: int, database: str) -> str:
    """Return the database as an SQL script, without differences between machines and versions."""
    where = ["--host=127.0.0.1", f"--port={port}", "--username=postgres", database]
    command = [str(binaries() / "pg_dump"), *OPTIONS, *where]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return LEFT_OUT.sub("", done.stdout)


def main() -> None:
    with Postgres() as postgres, tempfile.TemporaryDirectory(prefix="aftercare-dump-") as folder:
        env = suites.environment(
            database_url=postgres.create_database("portal"),
            broker_url="redis://127.0.0.1:1/0",  # nothing listens there: nudges are dropped
            folder=Path(folder),
        )
        fill(env)
        script = dump(postgres.port, "portal")
    DUMP.write_bytes(gzip.compress(script.encode(), mtime=0))
    print(f"{DUMP.relative_to(ROOT)}: {DUMP.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
