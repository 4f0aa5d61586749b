"""Look for events that were removed, inserted or altered since they were sealed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aftercare.people.sealing.verification import Verification, verify

SHOWN = 100


class Command(BaseCommand):
    help = "Exit code 1 where an event was removed, inserted or altered. Prints the newest hash, to be kept elsewhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--known", metavar="HASH", action="append", default=[], help="a hash that was kept elsewhere"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        found = verify(options["known"])
        self.stdout.write(
            f"{found.events} events, {found.seals} seals, {found.waiting} events not sealed yet."
        )
        if found.newest is not None:
            at = found.newest.sealed_at.isoformat(timespec="seconds")
            self.stdout.write(f"Newest hash (seal {found.newest.number}, {at}): {found.newest.hash}")
        if found.faults:
            raise CommandError(fault_words(found))
        self.stdout.write("Nothing was removed, inserted or altered.")


def fault_words(found: Verification) -> str:
    """Return the faults, a line each, and how many more there are."""
    more = len(found.faults) - SHOWN
    return "\n".join([*found.faults[:SHOWN], *([f"and {more} more"] if more > 0 else [])])
