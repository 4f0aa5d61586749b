"""Finding a patient by name, record number or telephone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce

from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Replace

from aftercare.people.models import Clinic, Patient

SHORTEST = 2  # characters: a single letter finds half the clinic
MOST = 50
DIGITS_NEEDED, DIGITS_COMPARED = 4, 9  # of a telephone number; the last nine, with or without a country code
NOT_DIGITS = (" ", "-", "(", ")", "+")


def find_patients(clinics: Iterable[Clinic], words: str) -> QuerySet[Patient]:
    """Patients of these clinics whom the words describe; none where the words are too few to tell."""
    patients = Patient.objects.filter(clinic__in=list(clinics)).select_related("user", "clinic")
    if len(words) < SHORTEST:
        return patients.none()
    names = Q()
    for word in words.split():
        names &= Q(user__first_name__icontains=word) | Q(user__last_name__icontains=word)
    wanted = names | Q(record_number__iexact=words)
    digits = re.sub(r"[^0-9]", "", words)
    if len(digits) >= DIGITS_NEEDED:
        patients = patients.annotate(digits=digits_of("call_back_telephone"))
        wanted |= Q(digits__contains=digits[-DIGITS_COMPARED:])
    return patients.filter(wanted).order_by("user__last_name", "user__first_name", "pk")[:MOST]


def digits_of(field: str) -> Func:
    """A telephone number without what people type between its digits."""
    start: F | Func = F(field)
    bare = reduce(lambda text, sign: Replace(text, Value(sign), Value("")), NOT_DIGITS, start)
    assert isinstance(bare, Func)
    bare.output_field = CharField()
    return bare
