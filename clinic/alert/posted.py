"""What the forms of staff carry along besides what is typed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from clinic.alert.actions import ShownState


def parse_instant(raw: str) -> datetime | None:
    """An instant that a page carried along; None where it is none."""
    try:
        found = parse_datetime(raw)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


def posted_ids(request: HttpRequest, field: str) -> list[UUID]:
    """The ids posted under a name; what is none is left out."""
    found = []
    for raw in request.POST.getlist(field):
        try:
            found.append(UUID(raw))
        except ValueError:
            continue
    return found


def shown_state(request: HttpRequest) -> ShownState:
    """What the page of a patient showed when the form was drawn."""
    reports = request.POST.get("reports", "")
    return ShownState(
        at=parse_instant(request.POST.get("shown_at", "")),
        alerts=frozenset(posted_ids(request, "seen")),
        reports=int(reports) if reports.isdecimal() and len(reports) < 10 else None,
    )
