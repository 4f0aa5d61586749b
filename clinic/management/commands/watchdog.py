"""Report undelivered messages, for cron or a systemd timer; with --send, send them without worker and beat."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from aftercare.outbox import delivery_health
from clinic.watchdog import mail_contacts, problems, send_overdue


class Command(BaseCommand):
    help = "Exit code 1 and a mail to the technical contacts where messages do not leave as they should."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--send", action="store_true", help="send what is overdue, by the same claims")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        # Read before sending: a message that is sent now was late all the same.
        found = problems(delivery_health.state(now))
        if options["send"]:
            self.stdout.write(f"Mails sent: {send_overdue(now)}")
        if found:
            mail_contacts(found, now)
            raise CommandError("\n".join(found))
        self.stdout.write("Messages leave as they should.")
