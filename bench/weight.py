"""Measure the weight of a patient's pages on a phone: bytes, requests, largest paint and layout shift.

Bytes and requests of a first and a repeated visit over a real connection; the largest paint on a slow network
and processor. Gunicorn as in production with the demo clinic on PostgreSQL, and Chromium. Each visit of the
floor, an empty page, is made between visits of the portal, so that other load affects both.

    .venv/bin/python bench/weight.py [rounds]
"""

import json
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Replaces this folder, whose module names (queue) would hide those of the standard library.
sys.path[0] = str(ROOT)

from playwright.sync_api import Browser  # noqa: E402

from bench.support.browser import Load, load, new_phone, phone_browser  # noqa: E402
from bench.support.demonstration import served  # noqa: E402
from bench.support.visits import VisitError  # noqa: E402
from tools.servers.cleanup import process_cleanup  # noqa: E402

PAGES = {"today": "/", "check_in": "/check-in/", "guidance": "/guidance/"}
SIGNED_OUT = ("guidance",)
GOALS: dict[str, float] = {
    "bytes_first": 45_000,
    "requests_first": 9,
    "bytes_repeat": 6_000,
    "largest_paint_ms": 1500,
    "layout_shift": 0,
}


@dataclass(frozen=True)
class Visit:
    """A first load of a page, and a second one with a warm browser cache."""

    first: Load
    repeat: Load


def visit(browser: Browser, url: str, session: str, *, slow: bool) -> Visit:
    """Load the page twice on a new phone; signed out without a session."""
    with new_phone(browser, url, session) as phone:
        both = Visit(load(phone, url, slow=slow), load(phone, url, slow=slow))
    for one in (both.first, both.repeat):
        if one.status != 200:
            raise VisitError(f"{url}: {one.status} instead of 200")
    return both


def figures(name: str, visits: list[Visit]) -> dict[str, float]:
    """Return the heaviest loads, and the median of the paints."""
    return {
        f"{name}_bytes_first": max(one.first.bytes for one in visits),
        f"{name}_requests_first": max(one.first.requests for one in visits),
        f"{name}_bytes_repeat": max(one.repeat.bytes for one in visits),
        f"{name}_largest_paint_ms": round(statistics.median(one.first.paint_ms for one in visits)),
        f"{name}_largest_paint_repeat_ms": round(statistics.median(one.repeat.paint_ms for one in visits)),
        f"{name}_layout_shift": round(max(max(one.first.shift, one.repeat.shift) for one in visits), 4),
    }


def explain(name: str, one: Load) -> None:
    """Print the responses of a first load."""
    print(f"{name}: {one.bytes} bytes, {one.requests} requests")
    for address, size in one.sizes.items():
        print(f"  {size:8.0f}  {address.split('/', 3)[3] or '/'}")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    visits: dict[str, list[Visit]] = {}
    with process_cleanup(), served(PAGES) as (addresses, session), phone_browser() as browser:
        sessions = {name: "" if name in SIGNED_OUT else session for name in addresses}
        for name, url in addresses.items():
            visit(browser, url, sessions[name], slow=False)  # warm-up: loads the server's templates
            visits[name] = []
        for _ in range(rounds):
            for name, url in addresses.items():
                visits[name].append(visit(browser, url, sessions[name], slow=True))
    found: dict[str, float] = {}
    for name, several in visits.items():
        explain(name, several[0].first)
        found |= figures(name, several)
    missed = [
        key for key, value in found.items() for goal in GOALS if key.endswith(goal) and value > GOALS[goal]
    ]
    print(f"above the goal: {', '.join(missed) or 'nothing'}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
