"""Report undelivered messages, for cron or a systemd timer; with --send, send them without worker and beat."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.outbox import database_clock, delivery_health
from clinic.watchdog import (
    mail_contacts,
    mail_without_database,
    missing_contact,
    problems,
    send_overdue,
)


class Command(BaseCommand):
    help = "Exit code 1 and a mail to the technical contacts where messages do not leave as they should."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--send", action="store_true", help="send what is overdue, by the same claims")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            now = database_clock.now()
            # Read before sending: a message that is sent now was late all the same.
            found = problems(delivery_health.state(now)) + missing_contact()
        except OperationalError as error:
            away = [_("The database cannot be reached. Nobody can check in, and nobody is told of anything.")]
            mail_without_database(away, timezone.now())
            raise CommandError("\n".join(away)) from error
        if options["send"]:
            self.stdout.write(f"Mails sent: {send_overdue(now)}")
        if found:
            mail_contacts(found, now)
            raise CommandError("\n".join(found))
        self.stdout.write("Messages leave as they should.")
