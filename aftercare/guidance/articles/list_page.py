"""The list of articles, in groups that follow the recovery."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aftercare.guidance.articles.reader import Reader
from aftercare.guidance.instructions.clinic_placeholders import ClinicPlaceholders
from aftercare.guidance.models import Article

FIRST_DAYS_UNTIL_H, LATER_UNTIL_H = 72, 672


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    title: str
    summary: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """Articles under a heading. `is_now`: the group applies to the reader's day."""

    key: str
    title: str
    is_now: bool
    rows: tuple[ArticleEntry, ...]


def groups(articles: Iterable[Article], words: ClinicPlaceholders, reader: Reader | None) -> list[Group]:
    """Return the groups that have articles, in order."""
    listed = list(articles)
    found = []
    for group in Article.Group:
        rows = tuple(article_entry(article, words) for article in listed if article.group == group)
        if rows:
            found.append(Group(group.value, str(group.label), group == group_now(reader), rows))
    return found


def article_entry(article: Article, words: ClinicPlaceholders) -> ArticleEntry:
    return ArticleEntry(article.title, words.sentence(article.summary), article.get_absolute_url())


def group_now(reader: Reader | None) -> Article.Group | None:
    """Return the group that applies to the reader's day, or None."""
    if reader is None or reader.hours >= LATER_UNTIL_H:
        return None
    return Article.Group.FIRST_DAYS if reader.hours < FIRST_DAYS_UNTIL_H else Article.Group.LATER
