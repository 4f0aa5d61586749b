"""Questions that staff must confirm before a treatment is stored: an early year, a child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.people.models import Clinic

EARLIEST_YEAR = 2015  # earlier years are usually typing errors
CHILD = "child"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question to confirm. `key` contains the day, so that another day must be confirmed anew."""

    key: str
    words: str


def age_on(day: date, born: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_child(clinic: Clinic, born: date | None, at: datetime) -> bool:
    """Return whether the patient was below the clinic's `adult_age`; False if the birth date is not known."""
    return born is not None and age_on(timezone.localdate(at), born) < clinic.adult_age


def questions_about(*, clinic: Clinic, born: date | None, performed_at: datetime) -> list[Question]:
    """Return the questions to confirm before a treatment at `performed_at` is stored."""
    day = timezone.localdate(performed_at)
    said = date_format(day, pgettext("date format", "j F Y"))
    found = []
    if day.year < EARLIEST_YEAR:
        words = _("The treatment was on %(day)s. Is the year right?") % {"day": said}
        found.append(Question(key=f"early:{day}", words=words))
    if born is not None and is_child(clinic, born, performed_at):
        age = age_on(day, born)
        words = _(
            "On %(day)s the patient was %(age)s years old. "
            "Is the date of birth right, and does the guardian agree?"
        ) % {"day": said, "age": age}
        found.append(Question(key=f"{CHILD}:{day}:{born}", words=words))
    return found


def confirmation_token(questions: list[Question]) -> str:
    """Return the posted value that confirms these questions."""
    return ",".join(question.key for question in questions)


def are_answered(questions: list[Question], posted: Mapping[str, str]) -> bool:
    """Return whether every question was confirmed, for the same days."""
    return {question.key for question in questions} <= set(posted.get("certain", "").split(","))
