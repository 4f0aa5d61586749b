"""Loading of the shipped search words; those that an editor has changed are never overwritten."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.db import transaction

from aftercare.guidance.articles.loading import CONTENT
from aftercare.guidance.models import SearchSynonym

SYNONYMS = CONTENT / "search" / "synonyms.toml"


@transaction.atomic
def load_synonyms(path: Path = SYNONYMS) -> int:
    """Add the shipped search words whose meaning is not there yet; return how many."""
    shipped = tomllib.loads(path.read_text(encoding="utf-8"))["synonyms"]
    there = set(SearchSynonym.objects.values_list("meaning", flat=True))
    new = [SearchSynonym(meaning=one, words=words) for one, words in shipped.items() if one not in there]
    return len(SearchSynonym.objects.bulk_create(new))
