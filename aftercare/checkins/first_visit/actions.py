"""Finish the first visit: consent, and reminders as the patient wants them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from aftercare.checkins.reminders.actions import change_reminders, stop_reminders
from aftercare.people.actions.patients import agree
from aftercare.people.models import Patient


@transaction.atomic
def finish_first_visit(*, patient: Patient, now: datetime, reminders: Mapping[str, Any]) -> None:
    """Record the consent, and how reminders come; `reminders` is empty where the patient wants none."""
    agree(patient=patient, now=now)
    if reminders:
        change_reminders(patient=patient, now=now, values=reminders)
    else:
        stop_reminders(patient=patient, now=now)
