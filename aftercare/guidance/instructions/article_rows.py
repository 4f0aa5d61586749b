"""Instructions grouped by article, to display with a link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from aftercare.guidance.instructions.clinic_instructions import ClinicInstruction


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """`first`: the most important sentence; `rest`: the others."""

    first: str
    rest: str
    address: str


def group_by_article(instructions: Iterable[ClinicInstruction]) -> list[ArticleRow]:
    """Group instructions by article, in the given order."""
    texts: dict[str, list[str]] = {}
    for one in instructions:
        texts.setdefault(one.article_slug, []).append(one.text)
    return [
        ArticleRow(said[0], " ".join(said[1:]), reverse("article", args=[slug]))
        for slug, said in texts.items()
    ]
