"""The version of the queue, and its entity tag: every open page asks for it every few seconds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from aftercare.alerts.models import QueueChange
from aftercare.people.models import Clinic, StaffMember

MINUTE = 60  # seconds


def version_of(clinics: Iterable[Clinic]) -> int:
    """Return the version of what the queue of these clinics shows, as of now in the database."""
    return QueueChange.objects.version_of([clinic.pk for clinic in clinics])


def minute_of(clinic_id: int, now: datetime) -> int:
    """Return a number that changes every minute, as ages and clocks in the list do.

    The minutes of clinics begin at different seconds, so that not all open pages are drawn anew at once.
    """
    return int(now.timestamp() + clinic_id * 7 % MINUTE) // MINUTE


def queue_etag(version: int, member: StaffMember, query: str, now: datetime) -> str:
    """Return the entity tag of a view of the queue, for the acting member."""
    state = repr((version, member.user_id, member.clinic_id, query, minute_of(member.clinic_id, now)))
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'
