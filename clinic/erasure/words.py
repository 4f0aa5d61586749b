"""What somebody typed about a patient, in check-ins, alerts and calls."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.checkins.models import CheckIn, ClusterLook
from aftercare.people.models import Patient


def erase_words(patients: Sequence[Patient]) -> int:
    """Empty the notes and reasons about patients; return the number of rows that had one.

    Answers, levels, advice, instants and outcomes stay.
    """
    check_ins = CheckIn.objects.filter(patient__in=patients).exclude(note="", unreadable={})
    alerts = Alert.objects.filter(patient__in=patients).filter(~Q(note="") | Q(next_try_at__isnull=False))
    # Calls are never changed, but for this: past the guard of their own query set.
    calls: QuerySet[ContactAttempt] = QuerySet(ContactAttempt).filter(patient__in=patients).exclude(note="")
    looks = ClusterLook.objects.filter(cluster__reports__check_in__patient__in=patients).exclude(note="")
    return (
        check_ins.update(note="", unreadable={})
        + alerts.update(note="", next_try_at=None, next_try_by=None, next_try_reason="")
        + calls.update(note="")
        + ClusterLook.objects.filter(pk__in=set(looks.values_list("pk", flat=True))).update(note="")
    )
