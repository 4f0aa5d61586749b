"""Measure check-ins per second, relative to a bare Django form on the same machine in the same run.

PostgreSQL with fsync on, a Valkey for the nudge, gunicorn with 2 workers, 4 clients. Each visit
is another person: fetch the form, send ten answers, over one connection; in the rounds of a journey also read the
result. Rounds of portal and floor alternate, so that other load affects both; each figure is the median of its
rounds, and each ratio the median of the ratios to the adjacent floor rounds.

    .venv/bin/python bench/check_in.py [seconds a round] [cycles]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Replaces this folder, whose module names (queue) would hide those of the standard library.
sys.path[0] = str(ROOT)

from bench.support.visits import (  # noqa: E402
    Round,
    Site,
    again_and_again,
    milliseconds,
    once_each,
    rate,
    ratio,
    run_round,
)
from tools.servers.cleanup import process_cleanup  # noqa: E402
from tools.servers.portal import NO_MAIL_SERVER, Web, bare_environment, fresh_secrets  # noqa: E402
from tools.servers.ports import free_port  # noqa: E402
from tools.servers.postgres import Postgres  # noqa: E402
from tools.servers.valkey import Valkey  # noqa: E402

PATH = "/check-in/"
# Visits a second, at most, and check-ins that a patient sends meanwhile: a submission reads all of its patient's.
VISITS_PER_SECOND = 250
VISITS_OF_A_PATIENT = 10
QUIET = {
    "emergency": "none",
    "redness": "1",
    "pain": "2",
    "painkiller": "helped",
    "swelling": "1",
    "itch": "1",
    "came_back": "no",
    "signs": "none",
    "unwell": "none",
    "want_contact": "no",
}
FLAGGED = {**QUIET, "signs": ["pus", "spreading"]}
TEN_NUMBERS = {f"question_{number}": "1" for number in range(1, 11)}


@dataclass(frozen=True)
class Sites:
    """The three forms measured in turns."""

    portal: Site
    flagged: Site
    floor: Site

    def journeys(self) -> Sites:
        """Return the same sites with visitors that read the result."""
        return Sites(*(replace(site, reads_result=True) for site in (self.portal, self.flagged, self.floor)))


@contextmanager
def measured(cycles: int, seconds: float) -> Iterator[tuple[Sites, dict[str, int]]]:
    """Start the three sites and yield them with the portal's numbers of queries."""
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="aftercare-bench-"))
        postgres = stack.enter_context(Postgres(durable=True))
        valkey = stack.enter_context(Valkey())
        port = free_port()
        variables = {
            "DATABASE_URL": postgres.create_database("portal"),
            "REDIS_URL": valkey.url,
            "EMAIL_URL": NO_MAIL_SERVER,
            **fresh_secrets(),
            "SITE_URL": f"http://127.0.0.1:{port}",
            "DATA_DIR": data,
            "STAFF_MFA": "optional",
        }
        # Of a site, once without and once with the page of the result. A flagged visit needs a patient whose alert is
        # not open yet.
        visits = int(2 * cycles * seconds * VISITS_PER_SECOND)
        patients = visits // VISITS_OF_A_PATIENT
        quiet, flagged, queries = prepare_portal(variables, patients=patients, flagged=visits)
        environment = bare_environment() | variables
        web = stack.enter_context(Web(env=environment, port=port))
        floor_environment = environment | {"DATABASE_URL": postgres.create_database("floor")}
        floor = prepare_floor(floor_environment, users=patients)
        floor_web = stack.enter_context(
            Web(env=floor_environment, application="bench.floor.wsgi:application")
        )
        yield sites(web, floor_web, quiet=quiet, flagged=flagged, floor=floor), queries


def sites(web: Web, floor_web: Web, *, quiet: list[str], flagged: list[str], floor: list[str]) -> Sites:
    """Return the three sites with the sessions of their visitors."""
    portal = partial(Site, port=web.port, pid=web.pid, path=PATH)
    bare = partial(Site, port=floor_web.port, pid=floor_web.pid, path="/report/")
    return Sites(
        portal=portal(answers=QUIET, sessions=again_and_again(quiet)),
        flagged=portal(answers=FLAGGED, sessions=once_each(flagged)),
        floor=bare(answers=TEN_NUMBERS, sessions=again_and_again(floor)),
    )


def prepare_portal(
    variables: dict[str, str], *, patients: int, flagged: int
) -> tuple[list[str], list[str], dict[str, int]]:
    """Fill the portal's database. Returns the sessions for quiet and flagged visits, and the numbers of queries."""
    for name in ("DEMO", "DEBUG", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    os.environ.update(variables, DJANGO_SETTINGS_MODULE="aftercare.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from bench.support.population import enrol, open_practice

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    now = timezone.now()
    practice = open_practice(now)
    quiet = enrol(practice, now, patients=patients, earlier=2)
    flagging = enrol(practice, now, patients=flagged, earlier=2)
    queries = count_queries(
        enrol(practice, now, patients=3, earlier=2), enrol(practice, now, patients=1, earlier=60)
    )
    with connection.cursor() as cursor:
        # A freshly filled database has no statistics yet.
        cursor.execute("VACUUM ANALYZE")
    connection.close()
    return quiet, flagging, queries


def count_queries(short: list[str], long: list[str]) -> dict[str, int]:
    """Return the numbers of queries with 2 and with 60 earlier check-ins, in a warm process."""
    from bench.support.queries import visit_queries

    visit_queries(PATH, QUIET, short[0])
    get, post = visit_queries(PATH, QUIET, short[1])
    _, flagged = visit_queries(PATH, FLAGGED, short[2])
    get_long, post_long = visit_queries(PATH, QUIET, long[0])
    return {
        "queries_post": len(post),
        "queries_post_flagged": len(flagged),
        "queries_get": len(get),
        "queries_post_long_history": len(post_long),
        "queries_get_long_history": len(get_long),
    }


def prepare_floor(environment: dict[str, str], *, users: int) -> list[str]:
    """Fill the floor's database and return its sessions. Runs in a separate process with its own settings."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.floor.prepare", str(users)],
        env=environment,
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    keys: list[str] = json.loads(done.stdout)
    return keys


def take_turns(sites: Sites, *, seconds: float, cycles: int) -> dict[str, list[Round]]:
    """Run the rounds of each site in turns, after one unmeasured round each."""
    for site in (sites.portal, sites.floor):
        run_round(site, min(seconds, 2.0))
    journeys = sites.journeys()
    turns = {
        "portal": sites.portal,
        "floor": sites.floor,
        "flagged": sites.flagged,
        "floor_again": sites.floor,
        "journey": journeys.portal,
        "floor_journey": journeys.floor,
        "flagged_journey": journeys.flagged,
        "floor_journey_again": journeys.floor,
    }
    rounds: dict[str, list[Round]] = {name: [] for name in turns}
    for _ in range(cycles):
        for name, site in turns.items():
            rounds[name].append(run_round(site, seconds))
    return rounds


def figures(rounds: dict[str, list[Round]]) -> dict[str, float]:
    """Return rates per second, and milliseconds of a visit (form and answer) and of its parts."""
    portal, flagged = rounds["portal"], rounds["flagged"]
    floors = rounds["floor"] + rounds["floor_again"]
    found = {
        "submissions_per_s": rate(portal),
        "flagged_per_s": rate(flagged),
        "floor_per_s": rate(floors),
        "ratio": ratio(portal, rounds["floor"]),
        "ratio_flagged": ratio(flagged, rounds["floor_again"]),
        "ratio_journey": ratio(rounds["journey"], rounds["floor_journey"]),
        "ratio_journey_flagged": ratio(rounds["flagged_journey"], rounds["floor_journey_again"]),
        "result_ms": milliseconds(rounds["journey"], lambda r: r.results, 50),
        "result_flagged_ms": milliseconds(rounds["flagged_journey"], lambda r: r.results, 50),
    }
    for prefix, some in (("", portal), ("flagged_", flagged), ("floor_", floors)):
        found[f"{prefix}cpu_ms"] = round(1000 * statistics.median(r.cpu / len(r.posts) for r in some), 2)
        for percentile in (50, 99):
            name = f"p{percentile}_ms"
            found[f"{prefix}{name}"] = milliseconds(some, lambda r: r.visits, percentile)
            found[f"{prefix}get_{name}"] = milliseconds(some, lambda r: r.gets, percentile)
            found[f"{prefix}post_{name}"] = milliseconds(some, lambda r: r.posts, percentile)
    return found


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    cycles = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with process_cleanup(), measured(cycles, seconds) as (sites, queries):
        rounds = take_turns(sites, seconds=seconds, cycles=cycles)
    print(json.dumps({**figures(rounds), **queries}))


if __name__ == "__main__":
    main()
