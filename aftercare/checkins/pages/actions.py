"""The record that a patient has called."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aftercare.checkins.pages.lead import lead_of
from aftercare.checkins.pages.lead_box import said_called_at
from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, Patient


@transaction.atomic
def record_said_called(*, patient: Patient, now: datetime) -> int:
    """Record that the patient has called, beside each leading alert; it ends no chase. Return the number."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    lead = lead_of(patient, now)
    if not lead.is_action or said_called_at(lead.alerts):
        return 0
    for alert in lead.alerts:
        record_event(
            verb=Event.Verb.SAID_CALLED, actor=patient.user, now=now, patient=patient, subject=alert.pk
        )
    return len(lead.alerts)
