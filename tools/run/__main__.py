"""bin/run [--smoke]

Sets up on first use and runs the portal as a demonstration: web, worker, beat and an embedded broker, with
SQLite. No root and no service is needed. Ctrl-C ends every process; started again it only starts.

    bin/run            prints the address and the demo sign-ins
    bin/run --smoke    in a folder of its own: a patient reports pus, the clinic is told; prints each step

PORT chooses the port (8000), DATA_DIR the folder for data, mails and logs (var/), VENV the folder of the
virtual environment (.venv). DATABASE_URL, REDIS_URL, EMAIL_URL, STAFF_MFA and SITE_URL are passed on. The phones of the
staff are on this machine, unless SMS_URL, VOICE_URL and TWILIO_API name others.
"""

import os
import select
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from tools.run import configuration
from tools.run.portal import Portal, started
from tools.run.smoke import smoke
from tools.servers.cleanup import process_cleanup
from tools.servers.errors import ServerError

WATCH_SECONDS = 0.3


def run() -> int:
    port = configuration.configured_port(os.environ)
    folder = configuration.data_folder(os.environ)
    began = time.monotonic()
    with configuration.lock(folder):
        portal = Portal(os.environ, folder=folder, port=port)
        print("Starting the portal.", flush=True)
        with started(portal):
            print(f"Aftercare runs at {portal.address} (started in {time.monotonic() - began:.1f} s).")
            print_links(portal)
            print(f"Mails and logs are files in {folder}/mail and {folder}/log. Ctrl-C ends everything.")
            sys.stdout.flush()
            watch(portal)


def print_links(portal: Portal) -> None:
    print("\nSign in as (each link works once, within 15 minutes):")
    for who, link in portal.links.items():
        print(f"  {who:<10} {link}")
    if sys.stdin.isatty():
        print("Press Enter for new links.")
    print(flush=True)


def watch(portal: Portal) -> NoReturn:
    """Check the processes until Ctrl-C, or until a process ends."""
    while True:
        portal.check()
        if asked_for_links():
            portal.prepare("--links")
            print_links(portal)
        time.sleep(WATCH_SECONDS)


def asked_for_links() -> bool:
    """Return whether Enter was pressed."""
    return sys.stdin.isatty() and bool(select.select([sys.stdin], [], [], 0)[0] and sys.stdin.readline())


def main(arguments: Sequence[str]) -> int:
    if list(arguments) not in ([], ["--smoke"]):
        print(__doc__)
        return 0 if set(arguments) & {"--help", "-h"} else 2
    try:
        with process_cleanup():
            return smoke() if arguments else run()
    except ServerError as error:
        print(f"bin/run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130 if arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
