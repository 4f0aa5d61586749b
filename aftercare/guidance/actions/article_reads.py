"""The record of articles read."""

from __future__ import annotations

from datetime import datetime

from aftercare.guidance.models import Article, ArticleRead
from aftercare.people.models import Patient


def record_article_read(*, patient: Patient, article: Article, now: datetime) -> None:
    """Record the first time that `patient` opened the current revision of `article`."""
    revision = article.live_revision_id
    if revision is None or ArticleRead.objects.filter(patient=patient, revision_id=revision).exists():
        return
    # Ignore conflicts: of two concurrent requests the earlier row stays.
    ArticleRead.objects.bulk_create(
        [ArticleRead(patient=patient, revision_id=revision, at=now)], ignore_conflicts=True
    )
