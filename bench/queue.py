"""Measure the queue and a patient's page on a large database relative to a small one.

The large database holds 1,000,000 check-ins and some 100,000 alerts of 50 clinics, the small one 10,000
check-ins of one clinic; the measured clinic has 40 open alerts in both. Gunicorn serves each on one
PostgreSQL, and a nurse opens the pages of the two in turns, so that other load affects both. Then 1,000 sessions of
the staff of all clinics have the queue of the large one open, and ask as fast as they are answered, while an alert of
each clinic changes once a minute. The floor is what the same two processes answer to `/healthz`, which asks nothing,
just before and after. Loading takes some ten minutes.

    .venv/bin/python bench/queue.py [check-ins] [clinics] [turns]
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Replaces this folder, whose module names (queue) would hide those of the standard library.
sys.path[0] = str(ROOT)

from bench.support.news import News  # noqa: E402
from bench.support.screens import Screen, ask, resident_kilobytes  # noqa: E402
from tools.servers.cleanup import process_cleanup  # noqa: E402
from tools.servers.portal import NO_MAIL_SERVER, Web, bare_environment, fresh_secrets  # noqa: E402
from tools.servers.postgres import Postgres  # noqa: E402
from tools.servers.valkey import Valkey  # noqa: E402

OPEN_ALERTS = 40
SMALL = {"check_ins": 10_000, "clinics": 1}
WARM_UP = 10  # turns that are not counted
QUEUE, FLOOR = "/clinic/", "/healthz"
POLLS_UNCOUNTED = 5  # of each screen
POLLING, FLOOR_FOR = 20.0, 4.0  # seconds
WAIT = 60.0  # seconds for one answer


def fill(variables: dict[str, str], *, check_ins: int, clinics: int) -> dict[str, Any]:
    """Load one database. Returns session and path of the measured pages, and their numbers of queries."""
    environment = bare_environment() | variables
    manage = [sys.executable, "manage.py"]
    options = ["--check-ins", str(check_ins), "--clinics", str(clinics), "--open-alerts", str(OPEN_ALERTS)]
    for command in (["migrate", "-v0"], ["collectstatic", "--no-input", "-v0"], ["seed_demo", *options]):
        subprocess.run([*manage, *command], env=environment, cwd=ROOT, check=True, stdout=sys.stderr)
    # A separate process, because Django loads one settings file a process.
    looked = [sys.executable, "-m", "bench.support.queue_pages"]
    done = subprocess.run(looked, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def opened(web: Web, path: str, session: str) -> float:
    """Return the milliseconds of one page, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=WAIT)
    try:
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": f"sessionid={session}"})
        response = connection.getresponse()
        response.read()
        took = 1000 * (time.perf_counter() - began)
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise SystemExit(f"{path}: {response.status} instead of 200")
    return took


def take_turns(sites: Mapping[str, tuple[Web, dict[str, Any]]], turns: int) -> dict[str, dict[str, float]]:
    """Return the median milliseconds of each page in each database."""
    took: dict[str, dict[str, list[float]]] = {
        page: {size: [] for size in sites} for page in ("queue", "patient")
    }
    for turn in range(WARM_UP + turns):
        for size, (web, found) in sites.items():
            for page, path in (("queue", QUEUE), ("patient", found["patient"])):
                milliseconds = opened(web, path, found["session"])
                if turn >= WARM_UP:
                    took[page][size].append(milliseconds)
    return {
        page: {size: statistics.median(times) for size, times in sizes.items()}
        for page, sizes in took.items()
    }


def poll(web: Web, sessions: list[str], database: str) -> dict[str, float]:
    """Return the polls a second of many open screens, and what they cost the two processes in memory."""
    with News(database) as news:
        return polled(web, sessions, news)


def polled(web: Web, sessions: list[str], news: News) -> dict[str, float]:
    screens = [Screen(session) for session in sessions]
    before = resident_kilobytes(web.pid)
    ask(web.port, screens, rounds=1, path=QUEUE)
    # Each process learns of each poll from its view.
    for _round in range(POLLS_UNCOUNTED):
        ask(web.port, screens, rounds=1)
    grown = resident_kilobytes(web.pid) - before
    before_polling, changed = floor(web), news.changes
    statuses = ask(web.port, screens, seconds=POLLING)
    changes, at_least = news.changes - changed, (before_polling + floor(web)) / 2
    if set(statuses) - {http.HTTPStatus.OK, http.HTTPStatus.NOT_MODIFIED}:
        raise SystemExit(f"polls were answered {dict(statuses)}")
    return {
        "polls_per_s": statuses.total() / POLLING,
        "floor_per_s": at_least,
        "polls_to_floor": statuses.total() / POLLING / at_least,
        "changes": changes,
        "polls_with_news": statuses[http.HTTPStatus.OK] / statuses.total(),
        "mb_per_1000_screens": grown / len(screens),
    }


def floor(web: Web) -> float:
    """Return how many requests a second are answered that ask for nothing."""
    return ask(web.port, [Screen("")], seconds=FLOOR_FOR, path=FLOOR).total() / FLOOR_FOR


def figures(large: dict[str, Any], medians: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return the figures to print, led by the page that a large database slows down more."""
    ratios = {page: sizes["large"] / sizes["small"] for page, sizes in medians.items()}
    worst = max(ratios, key=lambda page: ratios[page])
    times = {f"{page}_{size}_ms": ms for page, sizes in medians.items() for size, ms in sizes.items()}
    found = {
        "median_small_ms": medians[worst]["small"],
        "median_large_ms": medians[worst]["large"],
        "ratio": ratios[worst],
        **{f"ratio_{page}": value for page, value in ratios.items()},
        **times,
    }
    kept = {key: value for key, value in large.items() if isinstance(value, int)}
    return kept | {key: round(value, 3) for key, value in found.items()}


def main() -> None:
    check_ins, clinics, turns = (
        int(sys.argv[place]) if len(sys.argv) > place else default
        for place, default in ((1, 1_000_000), (2, 50), (3, 200))
    )
    sizes = {"small": SMALL, "large": {"check_ins": check_ins, "clinics": clinics}}
    with process_cleanup(), ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="aftercare-bench-"))
        postgres, valkey = stack.enter_context(Postgres()), stack.enter_context(Valkey())
        sites, databases = {}, {size: postgres.create_database(size) for size in sizes}
        for size, numbers in sizes.items():
            variables = {
                "DATABASE_URL": databases[size],
                "REDIS_URL": valkey.url,
                "EMAIL_URL": NO_MAIL_SERVER,
                **fresh_secrets(),
                "SITE_URL": "http://127.0.0.1",
                "DATA_DIR": data,
                "STAFF_MFA": "optional",
                "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "aftercare.settings"),
            }
            found = fill(variables, **numbers)
            sites[size] = (stack.enter_context(Web(env=bare_environment() | variables)), found)
        medians = take_turns(sites, turns)
        web, found = sites["large"]
        found_polls = poll(web, found["screens"], databases["large"])
        polls = {key: round(value, 3) for key, value in found_polls.items()}
        print(json.dumps(figures(found, medians) | polls))


if __name__ == "__main__":
    main()
