"""Add an editor of guidance."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from aftercare.guidance.actions.editors import add_editor
from aftercare.guidance.editing.reviewing import add_reviewer


class Command(BaseCommand):
    help = "Let a person write and publish guidance at /admin/, and nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="first and last name")
        parser.add_argument(
            "--reviewer", action="store_true", help="also approves what other editors submit for review"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            first, _space, last = options["name"].partition(" ")
            editor = add_editor(email=options["email"], first_name=first, last_name=last)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if options["reviewer"]:
            add_reviewer(editor)
        self.stdout.write(f"{editor.email} may edit guidance. Now: manage.py sign_in_link {editor.email}")
