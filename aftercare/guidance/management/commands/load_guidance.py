"""Load the shipped articles and search words; edited ones are not overwritten."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aftercare.guidance.actions.editors import editors_group
from aftercare.guidance.articles.loading import ContentError, create_clinic_guidance, load_articles
from aftercare.guidance.articles.synonym_loading import load_synonyms
from aftercare.guidance.editing.reviewing import set_up_review
from aftercare.people.models import User


class Command(BaseCommand):
    help = "Publish the shipped articles, add search words, set up the review. What is there already stays."

    def handle(self, *_args: Any, **_options: Any) -> None:
        editors_group()
        set_up_review()
        create_clinic_guidance()
        load_synonyms()
        try:
            new = load_articles(by=User.objects.system())
        except ContentError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(new)} new articles")
