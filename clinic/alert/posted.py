"""Hidden fields of the forms of staff: instants, ids, and the state that the page showed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from clinic.alert.actions import ShownState


def parse_instant(raw: str) -> datetime | None:
    """Parse an aware instant; None if it is invalid."""
    try:
        found = parse_datetime(raw)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


def posted_ids(request: HttpRequest, field: str) -> list[UUID]:
    """Return the valid UUIDs posted in a field."""
    found = []
    for raw in request.POST.getlist(field):
        try:
            found.append(UUID(raw))
        except ValueError:
            continue
    return found


def shown_state(request: HttpRequest) -> ShownState:
    """Return the state of the patient that the page showed when the form was drawn."""
    reports = request.POST.get("reports", "")
    return ShownState(
        at=parse_instant(request.POST.get("shown_at", "")),
        alerts=frozenset(posted_ids(request, "seen")),
        reports=int(reports) if reports.isdecimal() and len(reports) < 10 else None,
    )
