"""Whether the queue has changed: one cheap query, asked every few seconds by every open page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db.models import Max

from aftercare.alerts.models import Alert
from aftercare.people.models import Clinic, User

# What of an alert the queue shows. A report that is appended quietly changes the newest assessment alone.
SHOWN = (
    *("pk", "status", "owner_id", "opened_at", "returned_at", "forgotten_since"),
    *("reported_again_at", "silent_since", "next_escalation_at"),
    *("procedure__corrected_at", "patient__at_risk"),
)


def version_of(clinics: Iterable[Clinic], user: User, query: str) -> str:
    """The entity tag of one view of the queue: equal as long as its alerts are."""
    alerts = Alert.objects.open().filter(clinic__in=clinics).order_by("pk")
    seen = alerts.annotate(newest=Max("findings__assessment__at")).values_list(*SHOWN, "newest")
    state = repr((user.pk, query, list(seen)))
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'
