"""bin/check [--static | --list] [pytest arguments]

Runs the static checks of bin/test, then on PostgreSQL the tests that the change touches. The change is all that
differs from the point at which the branch left main: commits, uncommitted edits and untracked files.

    a test file      itself
    a module         the tests of its name in the mirrored folder, and those that import it; without any, the folder
    a template       the tests that name it, and those of the modules that name it; without any, the folder
    a conftest.py    the tests of its folder
    a migration      the test that migrates the previous release
    another file     the tests that name it

Tests that touch it in another way are not seen, browser tests and tests that start processes are left out, and of
more than 12 test files the rest is named and left out: bin/test runs everything, and decides.

    --static         only the static checks, without a server
    --list           only the names of the tests
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.check import suites
from tools.check.touched import changed_files, touched_tests
from tools.servers.cleanup import process_cleanup
from tools.servers.errors import ServerError
from tools.servers.postgres import Postgres
from tools.servers.valkey import Valkey

MOST_FILES = 12
MARKERS = "not browser and not processes and not slow"
NONE_COLLECTED = 5  # pytest's exit code where the markers leave no test


def static_checks(folder: Path) -> bool:
    url = f"sqlite:///{folder}/aftercare.sqlite3"
    env = suites.environment(
        database_url=url, broker_url="redis://127.0.0.1:1/0", folder=folder, with_browser=False
    )
    return not suites.static_checks(env)


def run_tests(folder: Path, tests: Sequence[Path], arguments: Sequence[str]) -> bool:
    with Postgres() as postgres, Valkey() as valkey:
        url = postgres.create_database()
        env = suites.environment(
            database_url=url, broker_url=valkey.url, folder=folder / "postgres", with_browser=False
        )
        if not suites.prepare(env):
            return False
        chosen = ["-q", "-m", MARKERS, *arguments, *map(str, tests)]
        return suites.on_postgres(env, chosen) in {0, NONE_COLLECTED}


def check(arguments: Sequence[str]) -> bool:
    tests = [] if "--static" in arguments else touched_tests(changed_files())
    if "--list" in arguments:
        print("\n".join(map(str, tests)))
        return True
    with tempfile.TemporaryDirectory(prefix="aftercare-check-") as name:
        holds = static_checks(Path(name))
        if left_out := tests[MOST_FILES:]:
            print(f"Touched too, and left to bin/test: {' '.join(map(str, left_out))}", flush=True)
        if tests:
            given = [argument for argument in arguments if argument != "--static"]
            holds = run_tests(Path(name), tests[:MOST_FILES], given) and holds
    return holds


def main(arguments: Sequence[str]) -> int:
    if "--help" in arguments or "-h" in arguments:
        print(__doc__)
        return 0
    try:
        return 0 if check(arguments) else 1
    except ServerError as error:
        print(f"bin/check: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    # Not in main(): a test that calls main() has children of its own, such as the browser.
    with process_cleanup():
        sys.exit(main(sys.argv[1:]))
