"""Print a sign-in link: for the first manager, a lost mailbox, or the demonstration."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import User


class Command(BaseCommand):
    help = "Print a URL that signs the user in (first factor only), once, within 15 minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--next", default="", metavar="PATH", help="the page to open after signing in")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"], is_active=True).first()
        if user is None:
            raise CommandError(f"No active user has the e-mail address {options['email']}.")
        path = make_sign_in_link(user=user, now=timezone.now(), next_path=options["next"])
        self.stdout.write(f"{settings.SITE_URL}{path}")
