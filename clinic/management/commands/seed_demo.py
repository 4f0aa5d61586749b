"""Make a demo clinic: staff, patients at different stages, check-ins and alerts, all of them made up."""

from __future__ import annotations

import random
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from aftercare.guidance.actions import add_editor
from aftercare.people.models import Clinic
from clinic.demo.loading import SLUG, load_clinic, slug_of
from clinic.demo.stories import STORIES

EDITOR = "editor@demo.example"


def count(raw: str) -> int:
    """A whole number from 1."""
    if not (raw.isascii() and raw.isdigit() and int(raw) >= 1):
        raise ArgumentTypeError(f"give a whole number from 1, not {raw!r}")
    return int(raw)


class Command(BaseCommand):
    help = "Make a deterministic demo. What is there already stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patients", type=count, default=len(STORIES), help="patients of each clinic")
        parser.add_argument("--clinics", type=count, default=1)
        parser.add_argument("--seed", type=int, default=1, help="another seed gives other people")

    def handle(self, *_args: Any, **options: Any) -> None:
        if Clinic.objects.exclude(slug__startswith=SLUG).exists():
            raise CommandError("This database holds a clinic that is not of the demo. Nothing was changed.")
        now = timezone.now()
        add_editor(email=EDITOR, first_name="Nina", last_name="Park")
        for number in range(1, options["clinics"] + 1):
            if Clinic.objects.filter(slug=slug_of(number)).exists():
                self.stdout.write(f"{slug_of(number)}: already there")
                continue
            chance = random.Random(f"{options['seed']}-{number}")  # noqa: S311 (makes people up)
            clinic = load_clinic(number=number, patients=options["patients"], chance=chance, now=now)
            self.stdout.write(f"{clinic.slug}: {clinic.patients.count()} patients")
