"""The entity tag of the queue: one cheap query, since every open page polls every few seconds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db.models import OuterRef, Subquery

from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.checkins.models import Finding
from aftercare.people.models import Clinic, User

# Fields of an alert that the queue shows. A report appended without notification changes only the assessment.
SHOWN = (
    *("pk", "status", "owner_id", "acknowledged_at", "opened_at", "returned_at", "forgotten_since"),
    *("last_reported_at", "reported_again_at", "unconfirmed_since", "silent_since", "next_escalation_at"),
    *("reached_at", "follow_up_at", "next_try_at"),
    *("procedure__corrected_at", "patient__at_risk", "patient__intake_asked"),
)


def queue_etag(clinics: Iterable[Clinic], user: User, query: str) -> str:
    """Return the entity tag of a view of the queue, which changes with the alerts shown."""
    report = Finding.objects.filter(alert=OuterRef("pk")).order_by("-assessment__at")
    calls = ContactAttempt.objects.filter(patient=OuterRef("patient"), corrected_by=None)
    call = calls.order_by("-at", "-pk")
    alerts = Alert.objects.open().filter(clinic__in=clinics).order_by("pk")
    seen = alerts.annotate(
        report=Subquery(report.values("assessment__at")[:1]), call=Subquery(call.values("pk")[:1])
    ).values_list(*SHOWN, "report", "call")
    state = repr((user.pk, query, list(seen)))
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'
