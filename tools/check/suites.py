"""The static checks and the test runs."""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.check import migrated
from tools.check.commands import python, run_openly, run_quietly
from tools.servers.chromium import browser
from tools.servers.portal import NO_MAIL_SERVER, bare_environment, fresh_secrets

# Tests of models and actions, which must pass on SQLite too, the database of the demonstration.
ON_BOTH_DATABASES = [
    *(f"tests/{room}" for room in ("people", "guidance", "outbox", "alerts", "checkins")),
    *(
        f"tests/clinic/{tests}.py"
        for tests in (
            "test_procedures",
            "corrections/test_corrections",
            "enrolment/test_duplicates",
            "queue/test_queue",
            "rehearsal/test_rehearse",
        )
    ),
    "tests/tooling/test_demo.py",
]
SLOW = "slow"  # the marker of the tests that only bin/test --slow runs
CORES = 2  # of the machines that run this
# Of pytest: a test that waits for a browser, a mail or a process leaves a core idle.
PROCESSES = CORES + 1
# A process that is done takes tests from the other: those in a browser take minutes, and stand together.
PARALLEL = ["-n", str(PROCESSES), "--dist", "worksteal"]

# The enforced limits of tools/figures.py.
LIMITS = ("folders", "functions", "circles", "templates")

# The templates that are indented by two spaces within each element and tag; djhtml looks at .html alone.
INDENTED = ("templates", "aftercare/ui/templates")

STATIC = "static"  # the folder of collected files, in the folder for data

# The longest first.
STATIC_CHECKS = {
    "types": python("-m", "mypy"),
    "format": python("-m", "ruff", "format", "--check", "."),
    "lint": python("-m", "ruff", "check", "."),
    # Not its script, whose first line names the interpreter that created the environment.
    "import directions": python("-c", "from importlinter.cli import lint_imports_command as run; run()"),
    "missing migrations": python("manage.py", "makemigrations", "--check", "--dry-run"),
    "limits of size": python("-m", "tools.figures", "--check", *LIMITS),
    "template indentation": python("-m", "djhtml", "--check", "--tabwidth", "2", *INDENTED),
}

# What differs in production from the environment of the tests.
PRODUCTION = {
    "DATABASE_URL": "postgres://aftercare@127.0.0.1/aftercare",
    "SITE_URL": "https://aftercare.example.org",
    "ALLOWED_HOSTS": "",
    "STAFF_MFA": "required",
    "TRUSTED_PROXIES": "1",
    "DEMO": "0",
}
CHECKS_OF_PRODUCTION = {
    "deployment": python("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
}


def environment(
    *, database_url: str, broker_url: str, folder: Path, with_browser: bool = True
) -> dict[str, str]:
    """Return the environment of a test run: production settings, except that the database may be SQLite."""
    sqlite = database_url.startswith("sqlite")
    return bare_environment() | {
        "DATABASE_URL": database_url,
        "REDIS_URL": broker_url,
        **fresh_secrets(),
        "SITE_URL": "http://localhost",
        "EMAIL_URL": NO_MAIL_SERVER,
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "DATA_DIR": str(folder),
        "STAFF_MFA": "optional",
        "DEMO": "1" if sqlite else "0",
        **({"CHROMIUM": str(browser())} if with_browser else {}),
    }


def static_checks(env: dict[str, str]) -> list[str]:
    """Run the static checks, one on each core, and return the names of those that fail."""
    checks = [(title, command, env) for title, command in STATIC_CHECKS.items()]
    checks += [(title, command, env | PRODUCTION) for title, command in CHECKS_OF_PRODUCTION.items()]
    with ThreadPoolExecutor(CORES) as pool:
        passed = pool.map(lambda check: run_quietly(*check), checks)
        return [check[0] for check, is_passed in zip(checks, passed, strict=True) if not is_passed]


def collect_static(env: dict[str, str], *others: dict[str, str]) -> bool:
    """Collect the hashed static files, as in production; they are the same in the other environments."""
    is_done = run_quietly("static files", python("manage.py", "collectstatic", "--noinput"), env)
    for other in others if is_done else ():
        shutil.copytree(Path(env["DATA_DIR"], STATIC), Path(other["DATA_DIR"], STATIC))
    return is_done


def prepare(*envs: dict[str, str]) -> bool:
    """Collect the static files and make the migrated database of each environment."""
    with ThreadPoolExecutor(CORES) as pool:
        work = [*(pool.submit(migrated.make, env) for env in envs), pool.submit(collect_static, *envs)]
        return all(part.result() for part in work)


def on_sqlite(env: dict[str, str]) -> int:
    """Run the tests of models and actions on SQLite, the database of the demonstration.

    Tests that use no database are left to the run on PostgreSQL, which has every test.
    """
    chosen = ["-m", "database and not browser and not processes", *PARALLEL, "-q", *ON_BOTH_DATABASES]
    return run_openly(python("-m", "pytest", *chosen), env)


def on_postgres(env: dict[str, str], arguments: Sequence[str]) -> int:
    """Run the whole suite, or the tests that the arguments select."""
    return run_openly(python("-m", "pytest", *arguments), env)
