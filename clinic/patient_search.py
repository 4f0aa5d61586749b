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

from aftercare.people.models import Clinic, Patient
from aftercare.people.name_matching import folded, record_mark

SHORTEST = 2  # characters: a single letter finds half the clinic
MOST = 50
DIGITS_NEEDED, DIGITS_COMPARED = 4, 9  # of a telephone number; the last nine, with or without a country code
DATE = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})")
# Session key of the searches, as (key, words) pairs, newest last. URLs hold only the key.
SEARCHES, SEARCHES_KEPT = "searches", 20


def find_patients(clinics: Iterable[Clinic], words: str) -> QuerySet[Patient]:
    """Return patients of the clinics that match the words, at most `MOST`; none if the words are too short."""
    patients = Patient.objects.filter(clinic__in=list(clinics)).select_related("user", "clinic")
    parts = folded(words)
    if len(words) < SHORTEST or not parts:
        return patients.none()
    wanted = Q(search_text__contains=record_mark(words))
    if not re.search(r"\d", words):
        wanted |= reduce(and_, (Q(search_text__contains=part) for part in parts))
    if born := date_in(words):
        wanted |= Q(date_of_birth=born)
    digits = re.sub(r"[^0-9]", "", words)
    if len(digits) >= DIGITS_NEEDED:
        # Compared as text, because a part of a number cannot be parsed.
        wanted |= Q(call_back_telephone__contains=digits[-DIGITS_COMPARED:])
    return patients.filter(wanted).order_by("user__last_name", "user__first_name", "pk")[:MOST]


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
