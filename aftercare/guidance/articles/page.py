"""Content of an article page for a reader: what applies now, the text, what applies at other times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aftercare.guidance.articles.help_signs import GROUPS
from aftercare.guidance.articles.reader import Reader
from aftercare.guidance.articles.topics import Topic, topics_of
from aftercare.guidance.instructions.clinic_instructions import ClinicInstruction, as_said_by, do_first
from aftercare.guidance.instructions.clinic_placeholders import ClinicPlaceholders
from aftercare.guidance.instructions.hours import hours_text
from aftercare.guidance.models import AnswerConfirmation, Article
from aftercare.people.models import Clinic

READ_NEXT = 3  # articles
HELP_KEY = "A5"


def template_of(article: Article) -> str:
    """Return the template; Get help has its own, with signs from code that no edit can drop."""
    return "guidance/articles/get_help.html" if article.key == HELP_KEY else "guidance/articles/article.html"


@dataclass(frozen=True, slots=True)
class ArticleInstruction:
    """An instruction on the page."""

    text: str
    when: str


def article_context(
    article: Article,
    clinic: Clinic,
    reader: Reader | None,
    others: Sequence[Article] = (),
    *,
    with_waiting: bool = False,
) -> dict[str, Any]:
    """Return the template context. `with_waiting`: with answers that the clinic has not confirmed."""
    words = ClinicPlaceholders.of(clinic)
    said = do_first(as_said_by(words, one, article) for one in article.instructions.all())
    if reader:
        said = [one for one in said if one.is_for(reader.kind)]
    now = [one for one in said if is_now(one, reader)]
    other = [one for one in said if one not in now]
    return {
        "article": article,
        "help": GROUPS if article.key == HELP_KEY else None,
        "summary": words.sentence(article.summary),
        "body": words.body(article.body),
        "topics": article_topics(article, clinic, words, reader, with_waiting),
        "reader": reader,
        "now_do": with_hours(one for one in now if one.is_do),
        "now_avoid": with_hours(one for one in now if not one.is_do),
        "do": with_hours(one for one in other if one.is_do),
        "avoid": with_hours(one for one in other if not one.is_do),
        "read_next": read_next(article, others),
    }


def article_topics(
    article: Article, clinic: Clinic, words: ClinicPlaceholders, reader: Reader | None, with_waiting: bool
) -> list[Topic]:
    """Return the everyday answers; without a query where the article is known to have none."""
    if not getattr(article, "has_answers", True):
        return []
    confirmed = AnswerConfirmation.objects.confirmed(clinic)
    return topics_of(article, words, confirmed, reader, with_waiting=with_waiting)


def with_hours(instructions: Iterable[ClinicInstruction]) -> list[ArticleInstruction]:
    """Return the instructions with their hours in words."""
    return [ArticleInstruction(one.text, hours_text(one.from_hour, one.until_hour)) for one in instructions]


def is_now(instruction: ClinicInstruction, reader: Reader | None) -> bool:
    """Return True if the instruction applies to the reader now."""
    return reader is not None and instruction.holds_at(reader.hours)


def read_next(article: Article, others: Sequence[Article]) -> list[Article]:
    """Return the articles after this one in the list, continuing from its start."""
    ordered = [one for one in others if one.pk != article.pk and one.group != Article.Group.GET_HELP]
    later = [one for one in ordered if (one.order, one.pk) > (article.order, article.pk)]
    return [*later, *(one for one in ordered if one not in later)][:READ_NEXT]
