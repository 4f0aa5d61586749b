"""bin/test [pytest arguments]

Runs format, lint, types, import directions, missing migrations and Django's checks of a deployment; then the tests
of models and actions on SQLite; then every test on a throwaway PostgreSQL and Valkey, browser tests in Chromium
among them. The last lines are pytest's, of that last run. Exit code 0 only if all of it passed.

The tests marked slow (faults of a whole portal, long simulations) are a tier of their own: --slow runs these alone.

Arguments go to pytest in the last run. Where they choose tests (a path, -k, -m, --lf, --sw), only that run
is made: no static checks, no SQLite.

    bin/test                            everything but the slow tier
    bin/test --slow                     the slow tier, on PostgreSQL
    bin/test tests/triage -x            one room, to the first failure
    bin/test -k "sudden return" -n 2    what matches, in two processes

Servers: PG_BIN names the folder of PostgreSQL's programs, CHROMIUM and NGINX those programs, VENV the virtual
environment. What is missing is installed (as root, with apt-get), or the run says what to install and stops.
"""

import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.check import suites
from tools.servers.cleanup import process_cleanup
from tools.servers.errors import ServerError
from tools.servers.postgres import Postgres
from tools.servers.valkey import Valkey

SLOW_OPTION = "--slow"
CHOOSING_OPTIONS = ("--lf", "--last-failed", "--sw", "--stepwise", "--pyargs")


def chooses_tests(arguments: Sequence[str]) -> bool:
    """Return whether the arguments of pytest select some tests."""
    return any(
        argument in CHOOSING_OPTIONS
        or argument.startswith(("-k", "-m"))
        or (not argument.startswith("-") and Path(argument.split("::")[0]).exists())
        for argument in arguments
    )


def run_chosen(env: dict[str, str], arguments: Sequence[str]) -> int:
    if not suites.prepare(env):
        return 1
    return suites.on_postgres(env, arguments)


def run_slow(env: dict[str, str], arguments: Sequence[str]) -> int:
    """Run the slow tier in one process, because its tests start servers that need the machine's cores."""
    if not suites.prepare(env):
        return 1
    return suites.on_postgres(env, ["-m", suites.SLOW, *arguments])


def run_everything(env: dict[str, str], env_sqlite: dict[str, str], arguments: Sequence[str]) -> int:
    with ThreadPoolExecutor(1) as beside:
        # Types take longer than all other checks together, on one core.
        prepared = beside.submit(suites.prepare, env, env_sqlite)
        failed = suites.static_checks(dict(env))
    if not prepared.result():
        failed.append("static files or migrations")
    if failed:
        print(f"bin/test: stopped before the tests; failed: {', '.join(failed)}", file=sys.stderr)
        return 1
    print("\nTests of models and actions on SQLite", flush=True)
    sqlite_code = suites.on_sqlite(env_sqlite)
    print("\nAll tests on PostgreSQL", flush=True)
    code = suites.on_postgres(env, ["-m", f"not {suites.SLOW}", *suites.PARALLEL, *arguments])
    if sqlite_code != 0:
        print("bin/test: the tests on SQLite failed; see further up", file=sys.stderr)
    return code or sqlite_code


def run_with_servers(folder: Path, arguments: Sequence[str]) -> int:
    with Postgres() as postgres, Valkey() as valkey:
        url, broker = postgres.create_database(), valkey.url
        env = suites.environment(database_url=url, broker_url=broker, folder=folder / "postgres")
        if SLOW_OPTION in arguments:
            return run_slow(env, [argument for argument in arguments if argument != SLOW_OPTION])
        if chooses_tests(arguments):
            return run_chosen(env, arguments)
        url = f"sqlite:///{folder}/aftercare.sqlite3"
        env_sqlite = suites.environment(database_url=url, broker_url=broker, folder=folder / "sqlite")
        return run_everything(env, env_sqlite, arguments)


def main(arguments: Sequence[str]) -> int:
    if "--help" in arguments or "-h" in arguments:
        print(__doc__)
        return 0
    try:
        with process_cleanup(), tempfile.TemporaryDirectory(prefix="aftercare-test-") as folder:
            return run_with_servers(Path(folder), arguments)
    except ServerError as error:
        print(f"bin/test: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
