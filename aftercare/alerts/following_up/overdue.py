"""Overdue escalations: deadlines that have passed without anybody being notified."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from aftercare.alerts.models import Alert, Drill


def overdue_since(now: datetime) -> datetime | None:
    """Return since when the oldest escalation, follow-up or drill is overdue."""
    found = (
        Alert.objects.to_escalate(now).aggregate(at=Min("next_escalation_at"))["at"],
        Alert.objects.to_follow_up(now).aggregate(at=Min("follow_up_at"))["at"],
        Drill.objects.to_escalate(now).aggregate(at=Min("next_escalation_at"))["at"],
    )
    return min((at for at in found if at), default=None)
