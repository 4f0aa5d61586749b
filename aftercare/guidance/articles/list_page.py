"""The list of all articles, in groups that follow the recovery."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aftercare.guidance.articles.reader import Standing
from aftercare.guidance.instructions.clinic_placeholders import ClinicWords
from aftercare.guidance.models import Article

FIRST_DAYS_UNTIL_H, LATER_UNTIL_H = 72, 672


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    summary: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """Articles under one heading. `is_now`: its days are those that the reader is in."""

    key: str
    title: str
    is_now: bool
    rows: tuple[Row, ...]


def groups(articles: Iterable[Article], words: ClinicWords, standing: Standing | None) -> list[Group]:
    """The groups that have articles, in order."""
    listed = list(articles)
    found = []
    for group in Article.Group:
        rows = tuple(row_of(article, words) for article in listed if article.group == group)
        if rows:
            found.append(Group(group.value, str(group.label), group == group_now(standing), rows))
    return found


def row_of(article: Article, words: ClinicWords) -> Row:
    return Row(article.title, words.sentence(article.summary), article.get_absolute_url())


def group_now(standing: Standing | None) -> Article.Group | None:
    """Which group's days these are."""
    if standing is None or standing.hours >= LATER_UNTIL_H:
        return None
    return Article.Group.FIRST_DAYS if standing.hours < FIRST_DAYS_UNTIL_H else Article.Group.LATER
