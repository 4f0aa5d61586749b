"""The record of events: who did or saw what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from aftercare.people.models import (
    Clinic,
    Event,
    Patient,
    User,
)


def record_event(
    *,
    verb: Event.Verb,
    actor: User,
    now: datetime,
    patient: Patient | None = None,
    clinic: Clinic | None = None,
    subject: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> Event:
    """Record an event: who did or saw what."""
    at_clinic = clinic.pk if clinic else patient.clinic_id if patient else None
    return Event.objects.create(
        verb=verb, actor=actor, at=now, patient=patient, clinic_id=at_clinic, subject=subject, data=data or {}
    )
