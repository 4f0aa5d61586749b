"""The record of events: who did or saw what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from aftercare.people.models import (
    Clinic,
    Event,
    EventDetail,
    Patient,
    StaffMember,
    User,
)

# Strings that `Event.data` may hold: a code, an instant in ISO 8601, a UUID. Words go into the details.
CODE = r"[a-z][a-z0-9_]*"
INSTANT = r"\d{4}-\d\d-\d\dT[0-9:.]+[+-]\d\d:\d\d"
IDENTIFIER = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
OPAQUE = re.compile(f"|{CODE}|{INSTANT}|{IDENTIFIER}")


class WordsInEventError(ValueError):
    """The data of an event held words: they belong into its details, which can be erased."""


def record_event(
    *,
    verb: Event.Verb,
    actor: User,
    now: datetime,
    patient: Patient | None = None,
    clinic: Clinic | None = None,
    subject: UUID | None = None,
    data: dict[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Event:
    """Record an event: who did or saw what.

    `data`: ids, codes and instants, kept for ever; raise WordsInEventError for other strings. `details`: words
    and values about a person, which are erased with the person; empty ones are left out.
    """
    require_opaque(data or {})
    kept = {name: value for name, value in (details or {}).items() if value not in ("", {})}
    at_clinic = clinic.pk if clinic else patient.clinic_id if patient else None
    columns = {"verb": verb, "actor": actor, "at": now, "patient": patient, "clinic_id": at_clinic}
    if not kept:
        return Event.objects.create(**columns, subject=subject, data=data or {})
    with transaction.atomic():
        event = Event.objects.create(**columns, subject=subject, data=data or {})
        EventDetail.objects.create(event=event, content=kept)
    return event


@transaction.atomic
def record_at_clinics(
    *,
    user: User,
    verb: Event.Verb,
    actor: User,
    now: datetime,
    subject: UUID,
    data: dict[str, Any] | None = None,
) -> None:
    """Record an event about the account of `user` at each clinic where they work or are a patient; else once."""
    members = StaffMember.objects.active().filter(user=user).select_related("clinic")
    patients = Patient.objects.filter(user=user)
    for member in members:
        record_event(verb=verb, actor=actor, now=now, clinic=member.clinic, subject=subject, data=data)
    for patient in patients:
        record_event(verb=verb, actor=actor, now=now, patient=patient, subject=subject, data=data)
    if not members and not patients:
        record_event(verb=verb, actor=actor, now=now, subject=subject, data=data)


def require_opaque(data: Mapping[str, Any]) -> None:
    """Raise WordsInEventError if a string in `data` is no code, instant or id."""
    for text in strings_in(data):
        if not OPAQUE.fullmatch(text):
            raise WordsInEventError


def strings_in(value: object) -> Iterator[str]:
    """Yield the strings of a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from strings_in(key)
            yield from strings_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings_in(inner)
