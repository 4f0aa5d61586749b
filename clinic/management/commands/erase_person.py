"""Erase who a person is, and keep what was reported and done."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from aftercare.alerts.models import Alert
from aftercare.checkins.models import CheckIn
from aftercare.people.models import Event, User
from clinic.erasure.actions import Erased, erase_person
from clinic.erasure.refusals import NotErasableError, require_erasable

TOMBSTONE = re.compile(r"erased-(\d{1,18})@aftercare\.invalid", re.ASCII)
ASKED = "This cannot be undone. Type yes to erase: "
NOT_REACHED = (
    "Not reached from here: backups, logs of other programs, mails that were sent, paper, and what somebody wrote "
    "about this person in the notes of others. After restoring a backup from before, run this again with {email}."
)


class Command(BaseCommand):
    help = (
        "Erase name, addresses, telephones, notes and ways in of one person, patient or staff. What was reported, "
        "flagged and done stays, without the person. Refused while an alert of theirs is open."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address that the person signs in with")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        user = person_with(options["email"])
        try:
            require_erasable(user, list(user.patients.select_related("clinic")))
            if not options["yes"]:
                self.ask(user)
            erased = erase_person(user=user, now=timezone.now())
        except NotErasableError as error:
            raise CommandError(f"Nothing was erased.\n{error}") from error
        self.report(erased)

    def ask(self, user: User) -> None:
        """Say who is to be erased; raise CommandError without a yes."""
        self.stdout.write(
            f"{user.email}: {', '.join(roles_of(user)) or 'works for no clinic, and is no patient'}."
        )
        try:
            answer = input(ASKED)
        except EOFError:
            answer = ""
        if answer.strip().lower() != "yes":
            raise CommandError("Nothing was erased: nobody said yes.")

    def report(self, erased: Erased) -> None:
        person = erased.person
        patients = list(person.patients.all())
        self.stdout.write(
            "Erased: name, addresses, telephones, birth date, record number, intake, and every way to sign in; "
            f"{erased.notes} notes of check-ins, alerts and calls; {erased.photos} pictures; "
            f"the words beside {erased.details} events; "
            f"{erased.sessions} sessions. {erased.withdrawn} messages were not sent any more."
        )
        self.stdout.write(
            f"Kept, without the person: {CheckIn.objects.filter(patient__in=patients).count()} check-ins with answers "
            f"and levels, {Alert.objects.filter(patient__in=patients).count()} alerts with their times, "
            f"{Event.objects.filter(patient__in=patients).count()} events about them and "
            f"{Event.objects.filter(actor=person).count()} by them. In their place stands {person.email}, "
            f"shown as “{person.get_full_name()}”."
        )
        self.stdout.write(NOT_REACHED.format(email=person.email))


def person_with(email: str) -> User:
    """Return the user with this address, or the one whose row has this number; raise CommandError for nobody."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None and (found := TOMBSTONE.fullmatch(email)):
        user = User.objects.filter(pk=found[1]).first()
    if user is None:
        raise CommandError(
            f"Nobody has the e-mail address {email}. Nothing was erased. It may be misspelt, be changed since, or "
            "have been of somebody who is erased already."
        )
    return user


def roles_of(user: User) -> list[str]:
    """Return what the person is at which clinic, in words."""
    patients = [f"patient of {patient.clinic}" for patient in user.patients.select_related("clinic")]
    members = user.staff_memberships.select_related("clinic")
    return [*patients, *(f"{member.get_role_display()} at {member.clinic}".lower() for member in members)]
