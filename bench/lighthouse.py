"""Measure Lighthouse scores of the patient's pages, signed in, on the demo clinic behind gunicorn.

Lighthouse is no part of the portal. Install it anywhere, and name its program:

    (cd /tmp/lighthouse && npm install lighthouse@12)
    LIGHTHOUSE=/tmp/lighthouse/node_modules/.bin/lighthouse .venv/bin/python bench/lighthouse.py [rounds]

Each score is the median of the rounds. The audits that a page failed in the first round are printed.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Replaces this folder, whose module names (queue) would hide those of the standard library.
sys.path[0] = str(ROOT)

from bench.support.demonstration import FLOOR, served  # noqa: E402
from tools.servers import chromium  # noqa: E402
from tools.servers.cleanup import process_cleanup  # noqa: E402
from tools.servers.errors import ServerError  # noqa: E402

PAGES = {"today": "/", "check_in": "/check-in/", "guidance": "/guidance/"}
CATEGORIES = ("performance", "accessibility", "best-practices")
FLAGS = (
    *("--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


def run_lighthouse(program: str, url: str, session: str) -> dict[str, Any]:
    """Return Lighthouse's report of a page on a phone."""
    flags = FLAGS + (("--no-sandbox",) if os.geteuid() == 0 else ())
    with tempfile.TemporaryDirectory(prefix="aftercare-lighthouse-") as folder:
        report = Path(folder, "report.json")
        done = subprocess.run(
            [
                *(program, url, "--quiet", "--output=json", f"--output-path={report}"),
                f"--only-categories={','.join(CATEGORIES)}",
                f"--extra-headers={json.dumps({'Cookie': f'sessionid={session}'})}",
                f"--chrome-flags={' '.join((*flags, f'--user-data-dir={folder}/browser'))}",
            ],
            env={**os.environ, "CHROME_PATH": str(chromium.browser())},
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists():
            raise ServerError(f"Lighthouse left no report of {url}:\n{done.stderr[-2000:]}")
        found: dict[str, Any] = json.loads(report.read_text())
        return found


def failed_audits(report: dict[str, Any]) -> dict[str, str]:
    """Return the weighted audits that did not pass, with their message."""
    found = {}
    for name in CATEGORIES:
        for part in report["categories"][name]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 1:
                found[part["id"]] = f"{audit['score']:.2f} {audit.get('displayValue', audit['title'])}"
    return found


def main() -> None:
    program = os.environ.get("LIGHTHOUSE")
    if not program:
        raise SystemExit(__doc__)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    scores: dict[str, float] = {}
    with process_cleanup(), served(PAGES) as (addresses, session):
        for page, url in addresses.items():
            reports = [run_lighthouse(program, url, session) for _ in range(rounds)]
            if page != FLOOR:
                print(f"{page}: {json.dumps(failed_audits(reports[0]), indent=2)}")
            for name in CATEGORIES:
                each = [report["categories"][name]["score"] for report in reports]
                scores[f"{page}_{name.replace('-', '_')}"] = round(100 * statistics.median(each))
    print(json.dumps(scores))


if __name__ == "__main__":
    main()
