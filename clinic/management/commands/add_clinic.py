"""Create a clinic and its first manager on a new installation."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from aftercare.alerts.models import ContactStep
from aftercare.guidance.actions.courses import publish_default_courses
from aftercare.people.actions.staff import add_staff_member
from aftercare.people.models import Clinic, StaffMember

WEEK = '{"mon": [["09:00", "18:00"]], "tue": [["09:00", "18:00"]]}'


class Command(BaseCommand):
    help = "Enter a clinic with its first manager. The shipped expected courses are published unsigned."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--telephone", required=True)
        parser.add_argument("--out-of-hours", required=True, metavar="TELEPHONE")
        parser.add_argument("--emergency", required=True, metavar="NUMBER", help="such as 999, 112 or 911")
        parser.add_argument("--time-zone", required=True, metavar="ZONE", help="such as Europe/London")
        parser.add_argument("--hours", required=True, metavar="JSON", help=f"by day, such as {WEEK}")
        parser.add_argument("--accent", default="#1b5a5c", metavar="COLOUR", help="such as #1b5a5c")
        parser.add_argument("--technical-contact", default="", metavar="EMAIL", help="mailed by the watchdog")
        parser.add_argument("--manager", required=True, metavar="EMAIL")
        parser.add_argument("--manager-name", required=True, metavar="NAME", help="first and last name")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        clinic = Clinic(
            name=options["name"],
            slug=slugify(options["name"]),
            telephone=options["telephone"],
            out_of_hours_telephone=options["out_of_hours"],
            emergency_number=options["emergency"],
            time_zone=options["time_zone"],
            technical_contact=options["technical_contact"],
            opening_hours=week(options["hours"]),
            accent=options["accent"].lower(),
        )
        try:
            clinic.full_clean()
        except ValidationError as error:
            problems = [f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items()]
            raise CommandError("\n".join(problems)) from error
        clinic.save()
        manager = first_manager(clinic, options["manager"], options["manager_name"])
        ContactStep.objects.create(clinic=clinic, position=0).members.add(manager)
        publish_default_courses(clinic=clinic, by=manager.user, now=timezone.now())
        call_command("load_guidance", stdout=self.stdout)
        self.stdout.write(f"{clinic.name} is entered. Now: manage.py sign_in_link {manager.user.email}")


def first_manager(clinic: Clinic, email: str, name: str) -> StaffMember:
    """Add the manager. Raises CommandError for a name that is not one line."""
    first, _space, last = name.partition(" ")
    try:
        return add_staff_member(
            clinic=clinic, email=email, role=StaffMember.Role.MANAGER, first_name=first, last_name=last
        )
    except ValidationError as error:
        raise CommandError(f"--manager-name: {' '.join(error.messages)}") from error


def week(text: str) -> Any:
    """Parse the opening hours. Raises CommandError if they are not JSON."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise CommandError(f"--hours: give them as JSON, such as {WEEK}") from error
