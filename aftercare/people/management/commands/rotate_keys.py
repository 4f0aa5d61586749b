"""Encrypt stored texts with the newest key of DATA_KEYS, while the portal runs."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aftercare.people.encryption.rotation import Column, Progress, columns, count_old, rotate


class Command(BaseCommand):
    help = (
        "Encrypt free text, sessions and second factors with the first of DATA_KEYS. It can be stopped and run again. "
        "Exit code 1 while rows are left."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", action="store_true", help="only count the rows that are left")

    def handle(self, *args: Any, **options: Any) -> None:
        found = columns()
        unreadable = 0 if options["count"] else sum(self.rotate(column) for column in found)
        left = {column.place: count_old(column) for column in found}
        for place, number in left.items():
            if number:
                self.stdout.write(f"{place}: {number} rows do not have the newest key")
        if unreadable:
            raise CommandError(
                f"{unreadable} rows can't be read with the keys in DATA_KEYS. Put their key back behind the others, "
                "and run this again."
            )
        if any(left.values()):
            raise CommandError(f"Rows without the newest key: {sum(left.values())}. Run this again.")
        self.stdout.write("Every row has the newest key. Keys after the first are no longer needed.")

    def rotate(self, column: Column) -> int:
        """Encrypt a column, and print the progress; return the number of rows that cannot be read."""
        total, progress = count_old(column), Progress(column.place)
        for progress in rotate(column):
            self.stdout.write(f"{progress.place}: {progress.seen} of {total}, {progress.renewed} encrypted")
        return progress.unreadable
