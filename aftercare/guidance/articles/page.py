"""Content of an article page for a reader: what applies now, the text, what applies at other times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from aftercare.guidance.articles.help_signs import GROUPS
from aftercare.guidance.articles.reader import Reader
from aftercare.guidance.instructions.clinic_instructions import ClinicInstruction, as_said_by, do_first
from aftercare.guidance.instructions.clinic_placeholders import ClinicPlaceholders
from aftercare.guidance.models import Article
from aftercare.people.models import Clinic
from aftercare.ui.times import span_words

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
    article: Article, clinic: Clinic, reader: Reader | None, others: Sequence[Article] = ()
) -> dict[str, Any]:
    """Return the template context."""
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
        "reader": reader,
        "now_do": with_hours(one for one in now if one.is_do),
        "now_avoid": with_hours(one for one in now if not one.is_do),
        "do": with_hours(one for one in other if one.is_do),
        "avoid": with_hours(one for one in other if not one.is_do),
        "read_next": read_next(article, others),
    }


def with_hours(instructions: Iterable[ClinicInstruction]) -> list[ArticleInstruction]:
    """Return the instructions with their hours in words."""
    return [ArticleInstruction(one.text, hours_text(one)) for one in instructions]


def is_now(instruction: ClinicInstruction, reader: Reader | None) -> bool:
    """Return True if the instruction applies to the reader now."""
    return reader is not None and instruction.holds_at(reader.hours)


def hours_text(instruction: ClinicInstruction) -> str:
    """Return the hours of an instruction in words; "" if it always applies."""
    begins, ends = instruction.from_hour, instruction.until_hour
    if ends is None:
        return _("from %(begins)s after treatment") % {"begins": span_words(begins)} if begins else ""
    if not begins:
        return _("for %(span)s") % {"span": span_words(ends)}
    spans = {"begins": span_words(begins), "ends": span_words(ends)}
    return _("from %(begins)s to %(ends)s after treatment") % spans


def read_next(article: Article, others: Sequence[Article]) -> list[Article]:
    """Return the articles after this one in the list, continuing from its start."""
    ordered = [one for one in others if one.pk != article.pk and one.group != Article.Group.GET_HELP]
    later = [one for one in ordered if (one.order, one.pk) > (article.order, article.pk)]
    return [*later, *(one for one in ordered if one not in later)][:READ_NEXT]
