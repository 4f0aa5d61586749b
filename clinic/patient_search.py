"""Search for patients by name, birth date, record number or telephone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import and_

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import get_random_string
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from aftercare.people.models import Clinic, Patient
from aftercare.people.name_matching import folded, record_mark
from aftercare.ui.search_limits import LONGEST_QUERY, MOST_WORDS, is_too_long

SHORTEST = 2  # characters: a single letter finds half the clinic
SHORTEST_PART = 3  # characters: fewer are found at the beginning of a word only, since the index holds three
MOST = 50
TOO_LONG = _(
    "Type less: at most %(words)d words and %(characters)d characters. A part of the name is enough."
)
DIGITS_NEEDED, DIGITS_COMPARED = 4, 9  # of a telephone number; the last nine, with or without a country code
DATE = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})")
# Session key of the searches, as (key, words) pairs, newest last. URLs hold only the key.
SEARCHES, SEARCHES_KEPT = "searches", 20


def find_patients(clinics: Iterable[Clinic], words: str) -> QuerySet[Patient]:
    """Return patients of the clinics that match the words, at most `MOST`; none if the words are too short or too many.

    Every condition can be answered by an index; see `0014_index_parts_of_words`.
    """
    patients = Patient.objects.not_erased().filter(clinic__in=list(clinics)).select_related("user", "clinic")
    parts = folded(words)
    if len(words) < SHORTEST or not parts or is_too_long(words):
        return patients.none()
    wanted = Q(search_text__contains=record_mark(words))
    if not re.search(r"\d", words):
        wanted |= reduce(and_, (has_part(part) for part in parts))
    if born := date_in(words):
        wanted |= Q(date_of_birth=born)
    digits = re.sub(r"[^0-9]", "", words)
    if len(digits) >= DIGITS_NEEDED:
        # Compared as text, because a part of a number cannot be parsed.
        wanted |= Q(call_back_telephone__contains=digits[-DIGITS_COMPARED:])
    return patients.filter(wanted).order_by("user__last_name", "user__first_name", "pk")[:MOST]


def has_part(part: str) -> Q:
    """Return the condition that a name contains `part`, or has a word that begins with it if it is short."""
    if len(part) >= SHORTEST_PART:
        return Q(search_text__contains=part)
    return Q(search_text__startswith=part) | Q(search_text__contains=f" {part}")


def too_long_words() -> str:
    """Return what to tell staff whose search is too long."""
    return TOO_LONG % {"words": MOST_WORDS, "characters": LONGEST_QUERY}


def date_in(words: str) -> date | None:
    """Parse a date such as 30/04/1990, 30.4.1990 or 1990-04-30; None if the words are no date."""
    found = DATE.fullmatch(words.strip())
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return parse_date(words.strip())
    except ValueError:
        return None


def remember(request: HttpRequest, words: str) -> str:
    """Store the search words in the session and return the key that stands for them in the URL."""
    key = get_random_string(8)
    kept = [*request.session.get(SEARCHES, []), [key, words]]
    request.session[SEARCHES] = kept[-SEARCHES_KEPT:]
    return key


def remembered(request: HttpRequest, key: str | None) -> str | None:
    """Return the search words stored under the key, or None."""
    return dict(request.session.get(SEARCHES, [])).get(key)
