"""Instructions in rows, one for each article: what they say together, and where to read more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from aftercare.guidance.instructions.clinic_instructions import ClinicInstruction


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """`first` is the most important sentence, `rest` the others."""

    first: str
    rest: str
    address: str


def group_by_article(instructions: Iterable[ClinicInstruction]) -> list[ArticleRow]:
    """In the order of the instructions given."""
    texts: dict[str, list[str]] = {}
    for one in instructions:
        texts.setdefault(one.article_slug, []).append(one.text)
    return [
        ArticleRow(said[0], " ".join(said[1:]), reverse("article", args=[slug]))
        for slug, said in texts.items()
    ]
