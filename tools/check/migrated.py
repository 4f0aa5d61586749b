"""Migrated databases, of which the databases of the tests are copies.

All migrations take some 20 seconds of a processor, so that they run once, not for each process and database. What
they made is kept in the virtual environment, as a file for each kind of database, until a migration, a module that
one imports, or a requirement is another. Django's `migrate` runs on each copy too, and finds nothing to do.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]

from tools.check.commands import python, run_quietly
from tools.imports import imported_names
from tools.servers.postgres import binaries
from tools.servers.process import ROOT

# Names the migrated database to pytest: a database of the cluster, or a file. Without it all migrations run.
VARIABLE = "MIGRATED_DATABASE"
NAME = "migrated"
KEPT = Path(sys.prefix, "var", "migrated")
MOST_KEPT = 8  # files: those of some branches
# INSERT, because only psql understands COPY in a script.
DUMP_OPTIONS = ("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100")
# What `ALTER DATABASE ... SET` has set: neither a dump nor a copy has it.
SETTINGS_OF_A_DATABASE = (
    "SELECT format('ALTER DATABASE %%I SET %%s = %%L', %s, split_part(one, '=', 1), split_part(one, '=', 2))"
    " FROM pg_db_role_setting JOIN pg_database ON oid = setdatabase, unnest(setconfig) one"
    " WHERE datname = %s AND setrole = 0"
)


def make(env: dict[str, str], *, kept: Path = KEPT) -> bool:
    """Make the migrated database that belongs to an environment of the tests, and name it there.

    Prints the output and returns False if a migration fails.
    """
    if env["DATABASE_URL"].startswith("sqlite"):
        name = str(Path(env["DATA_DIR"], f"{NAME}.sqlite3"))
        made = sqlite_file(Path(name), env, kept=kept)
    else:
        name, made = NAME, postgres_database(env, kept=kept)
    if made:
        env[VARIABLE] = name
    return made


def sqlite_file(file: Path, env: Mapping[str, str], *, kept: Path = KEPT) -> bool:
    copy = kept / f"{fingerprint(sqlite3.sqlite_version)}.sqlite3"
    file.parent.mkdir(parents=True, exist_ok=True)
    if copy.exists():
        shutil.copyfile(copy, file)
        return True
    if not migrate("migrations on SQLite", {**env, "DATABASE_URL": f"sqlite:///{file}", "DEMO": "1"}):
        return False
    keep(copy, file.read_bytes())
    return True


def postgres_database(env: Mapping[str, str], *, kept: Path = KEPT) -> bool:
    execute(env["DATABASE_URL"], f'CREATE DATABASE "{NAME}"')
    url = f"{env['DATABASE_URL'].rpartition('/')[0]}/{NAME}"
    copy = kept / f"{fingerprint(str(binaries()))}.sql.gz"
    if copy.exists():
        execute(url, gzip.decompress(copy.read_bytes()).decode())
        return True
    if not migrate("migrations", {**env, "DATABASE_URL": url}):
        return False
    if script := dump(url):
        keep(copy, gzip.compress(script.encode(), compresslevel=1))
    return True


def execute(url: str, script: str, values: Sequence[str] | None = None) -> list[str]:
    """Execute SQL outside of a transaction; return the first column of what it finds."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(script, values)
            return [row[0] for row in cursor.fetchall()] if cursor.description else []
    finally:
        connection.close()


def migrate(title: str, env: Mapping[str, str]) -> bool:
    return run_quietly(title, python("manage.py", "migrate", "--verbosity", "0"), env)


def dump(url: str) -> str:
    """Return a database as a script; empty where there is no pg_dump."""
    program = binaries() / "pg_dump"
    if not program.exists():
        return ""
    command = [str(program), *DUMP_OPTIONS, f"--dbname={url.replace('postgres:', 'postgresql:')}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    # Lines with a backslash are commands of psql.
    lines = [line for line in done.stdout.splitlines() if not line.startswith(("\\", "--"))]
    settings = execute(url, SETTINGS_OF_A_DATABASE, (NAME, NAME))
    return "\n".join([*lines, *(f"{setting};" for setting in settings)])


def keep(copy: Path, content: bytes) -> None:
    """Keep a file for later runs, and drop the oldest; where nothing can be written, later runs migrate again."""
    with suppress(PermissionError):
        copy.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=copy.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(copy)
        by_age = sorted(copy.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in by_age[MOST_KEPT:]:
            old.unlink(missing_ok=True)


def fingerprint(*others: str) -> str:
    """Return a name that changes with the migrations, the modules that they import, and the requirements."""
    digest = hashlib.sha256(repr((sys.version, *others)).encode())
    for path in [ROOT / "requirements.txt", Path(__file__), *sorted(migrations_and_imports())]:
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def migrations_and_imports() -> set[Path]:
    """Return the project's migrations and what they import, and what that imports."""
    waiting = [path for room in ("aftercare", "clinic") for path in (ROOT / room).rglob("migrations/*.py")]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported_files(path)
    return found


def imported_files(path: Path) -> Iterator[Path]:
    for name in imported_names(path.read_text()):
        parts = name.split(".")
        if parts[0] in {"aftercare", "clinic"}:
            # A name is a module, or something in one.
            for depth in (len(parts), len(parts) - 1):
                module = ROOT.joinpath(*parts[:depth])
                yield from (
                    file for file in (module.with_suffix(".py"), module / "__init__.py") if file.exists()
                )
