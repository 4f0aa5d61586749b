"""Remove the second step of somebody who has lost it: for the operator, where the clinic cannot."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from aftercare.people.factors.changes import reset_second_step
from aftercare.people.models import User


class Command(BaseCommand):
    help = (
        "Remove the app, passkeys and spare codes of a user, and end their sessions. "
        "Make sure first, by a call to a number that you know, that the person asked for it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the address with which the person signs in")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["address"], is_active=True).first()
        if user is None:
            raise CommandError(f"No active user has the e-mail address {options['address']}.")
        if not Authenticator.objects.filter(user=user).exists():
            raise CommandError(f"{user.email} has no second step. Nothing was changed.")
        self.stdout.write("The person signs in by mailed code alone until they set up a new second step.")
        if input(f"Type {user.email} to remove the second step: ").strip().lower() != user.email:
            raise CommandError("That was another address. Nothing was changed.")
        reset_second_step(user=user, by=User.objects.system(), now=timezone.now())
        self.stdout.write(f"Removed. Every session of {user.email} has ended, and a mail tells them so.")
