"""The action with which a patient fetches everything that the portal keeps about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from aftercare.checkins.own_data.document import own_data
from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, Patient


@transaction.atomic
def fetch_own_data(*, patient: Patient, now: datetime) -> dict[str, Any]:
    """Record that the patient fetched the file, and return its content."""
    record_event(
        verb=Event.Verb.FETCHED_OWN_DATA, actor=patient.user, now=now, patient=patient, subject=patient.pk
    )
    return own_data(patient, now)
