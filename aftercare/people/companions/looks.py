"""The record of looks of companions, kept as those of staff are."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from aftercare.people.client_address import client_address
from aftercare.people.models import Companion, Event
from aftercare.people.sealing.looks import record_looks


def record_look(request: HttpRequest, companion: Companion, page: Event.Page, now: datetime) -> None:
    """Record that a page has shown the patient to a companion."""
    assert companion.user
    record_looks(
        shown={companion.patient.pk: companion.patient},
        page=page,
        address=client_address(request),
        by=companion.user,
        now=now,
    )
