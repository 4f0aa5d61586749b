"""Everyday answers of an article, by topic, as the readers of one clinic see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from aftercare.guidance.articles.reader import Reader
from aftercare.guidance.instructions.clinic_placeholders import ClinicPlaceholders
from aftercare.guidance.instructions.hours import hours_text
from aftercare.guidance.models import Article, EverydayAnswer
from aftercare.ui.times import span_words


@dataclass(frozen=True, slots=True)
class TopicAnswer:
    """`waits`: the clinic has not confirmed it, so that nobody but an editor in a preview reads it."""

    text: str
    when: str
    is_now: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class Topic:
    key: str
    title: str
    answers: tuple[TopicAnswer, ...]


def topics_of(
    article: Article,
    words: ClinicPlaceholders,
    confirmed: Collection[str],
    reader: Reader | None,
    *,
    with_waiting: bool = False,
) -> list[Topic]:
    """Return the topics with answers that the clinic confirms or that need no confirmation, in their order.

    `with_waiting`: also those that wait for the clinic, for an editor.
    """
    said: dict[str, list[EverydayAnswer]] = defaultdict(list)
    for one in article.answers.all():
        if (with_waiting or not waits(one, confirmed)) and (reader is None or one.is_for(reader.kind)):
            said[one.key].append(one)
    return [
        Topic(
            key,
            rows[0].topic,
            tuple(topic_answer(one, words, confirmed, reader) for one in not_over(rows, reader)),
        )
        for key, rows in said.items()
    ]


def waits(one: EverydayAnswer, confirmed: Collection[str]) -> bool:
    """Return True for an answer that needs the clinic's confirmation and has it not."""
    return one.needs_confirmation and one.statement not in confirmed


def not_over(rows: list[EverydayAnswer], reader: Reader | None) -> list[EverydayAnswer]:
    """Return the answers that hold now or later; if none does, all, so that a question is not left without one."""
    return [one for one in rows if not is_over(one, reader)] or rows


def is_over(one: EverydayAnswer, reader: Reader | None) -> bool:
    return reader is not None and one.until_hour is not None and one.until_hour <= reader.hours


def topic_answer(
    one: EverydayAnswer, words: ClinicPlaceholders, confirmed: Collection[str], reader: Reader | None
) -> TopicAnswer:
    is_now = reader is not None and one.holds_at(reader.hours)
    when = hours_text(one.from_hour, one.until_hour)
    if is_now:
        when = until_text(one.until_hour)
    elif is_over(one, reader):
        when = _("this was %(hours)s") % {"hours": when}
    return TopicAnswer(words.sentence(one.text), when, is_now, waits(one, confirmed))


def until_text(ends: int | None) -> str:
    """Return until when an answer holds now; "" for good."""
    return "" if ends is None else _("now, until %(span)s after treatment") % {"span": span_words(ends)}
