"""Publish and unpublish articles at their scheduled times; a refusal does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from wagtail.models import Revision

from aftercare.guidance.models import Article
from aftercare.guidance.refusals import RefusedError


class Command(BaseCommand):
    help = "Publish what is scheduled, and unpublish what has expired. Run it every few minutes."

    def handle(self, *_args: Any, **_options: Any) -> None:
        refused = [said for name, act in self.due() if (said := self.attempt(name, act))]
        if refused:
            raise CommandError("\n".join(refused))

    def due(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield each due action, with the name of its object."""
        now = timezone.now()
        for article in list(Article.objects.filter(live=True, expire_at__lt=now).order_by("expire_at")):
            yield (
                str(article),
                partial(article.unpublish, set_expired=True, log_action="wagtail.unpublish.scheduled"),
            )
        scheduled = Revision.objects.filter(approved_go_live_at__lt=now).order_by("approved_go_live_at")
        for revision in list(scheduled):
            yield revision.object_str, partial(revision.publish, log_action="wagtail.publish.scheduled")

    def attempt(self, name: str, act: Callable[[], object]) -> str:
        """Run one action; return the reason of a refusal, or ""."""
        try:
            act()
        except RefusedError as refused:
            return f"{name}: {' '.join(refused.messages)}"
        return ""
