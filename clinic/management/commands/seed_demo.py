"""Create demo clinics with made-up staff, patients at different stages, check-ins and alerts."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from aftercare.alerts.models import QueueChange
from aftercare.guidance.actions.editors import add_editor
from aftercare.people.models import Clinic
from clinic.demo.clinics import is_demo_slug, slug_of
from clinic.demo.loading import Chunk, DemoOptions, analyse, chunks_of, load_chunks, load_clinic
from clinic.demo.past_messages import finish_unconfirmed_messages
from clinic.demo.stories import STORIES

EDITOR = "editor@demo.example"
PROCESSES = 2
REPORT_EVERY = 100_000


def count(raw: str) -> int:
    """Parse a whole number of at least 1."""
    if not (raw.isascii() and raw.isdigit() and int(raw) >= 1):
        raise ArgumentTypeError(f"give a whole number from 1, not {raw!r}")
    return int(raw)


def moment(raw: str) -> datetime:
    """Parse an instant with an offset."""
    try:
        found = datetime.fromisoformat(raw)
    except ValueError as error:
        raise ArgumentTypeError(f"give an instant such as 2026-11-18T20:45+00:00, not {raw!r}") from error
    if found.utcoffset() is None:
        raise ArgumentTypeError(f"give the offset too, as in 2026-11-18T20:45+00:00, not {raw!r}")
    return found


class Command(BaseCommand):
    help = "Make a deterministic demo. What is there already stays as it is. Nothing of it sends mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add(
            "--patients",
            type=count,
            help=f"patients of each clinic ({len(STORIES)}; the first are always these)",
        )
        add(
            "--days",
            type=count,
            default=90,
            help="treatments of drawn patients lie in the last so many days (90)",
        )
        add("--check-ins", type=count, help="check-ins of all clinics together, in bulk")
        add("--clinics", type=count, default=1)
        add("--open-alerts", type=count, help="at least so many alerts stay open in each clinic")
        add("--seed", type=int, default=1, help="another seed gives other people")
        add("--now", type=moment, help="the instant at which the demo stands (now)")
        add("--processes", type=count, help=f"how many write at once ({PROCESSES}; on SQLite 1)")

    def handle(self, *_args: Any, **options: Any) -> None:
        foreign = [slug for slug in Clinic.objects.values_list("slug", flat=True) if not is_demo_slug(slug)]
        if foreign:
            raise CommandError("This database holds a clinic that is not of the demo. Nothing was changed.")
        demo_options = self.demo_options(options)
        add_editor(email=EDITOR, first_name="Nina", last_name="Park")
        chunks: list[Chunk] = []
        loaded = 0
        for number in range(1, demo_options.clinics + 1):
            if Clinic.objects.filter(slug=slug_of(number)).exists():
                self.stdout.write(f"{slug_of(number)}: already there, left as it is")
                continue
            clinic = load_clinic(number, demo_options)
            chunks += chunks_of(clinic, number, demo_options)
            loaded += 1
            self.stdout.write(f"{clinic.slug}: {clinic.patients.count()} patients")
        if chunks:
            self.load(chunks, demo_options.processes)
        if loaded:
            finish_unconfirmed_messages(demo_options.now)
            QueueChange.objects.fold()

    def demo_options(self, options: dict[str, Any]) -> DemoOptions:
        bulk = options["check_ins"] is not None
        at_once = 1 if connection.vendor == "sqlite" else options["processes"] or PROCESSES
        return DemoOptions(
            patients=options["patients"] or (None if bulk else len(STORIES)),
            check_ins=options["check_ins"],
            clinics=options["clinics"],
            days=options["days"],
            open_alerts=options["open_alerts"],
            seed=options["seed"],
            processes=at_once,
            now=options["now"] or timezone.now(),
        )

    def load(self, chunks: list[Chunk], processes: int) -> None:
        """Write the random patients, reporting progress."""
        total: Counter[str] = Counter()
        for counts in load_chunks(chunks, processes):
            before = total["check_ins"] // REPORT_EVERY
            total += counts
            if total["check_ins"] // REPORT_EVERY > before:
                self.stdout.write(f"{total['check_ins']} check-ins")
                self.stdout.flush()
        analyse()
        self.stdout.write(
            ", ".join(f"{number} {what.replace('_', '-')}" for what, number in total.items()) + " drawn"
        )
