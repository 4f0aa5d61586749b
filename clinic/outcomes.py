"""Working several alerts of one patient with one press: what was shown is acted on, and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aftercare.alerts.actions import acknowledge, close
from aftercare.alerts.models import Alert
from aftercare.people.models import Patient, User


class UnseenAlertError(ValueError):
    """An alert was opened for this patient that the page did not show."""


@transaction.atomic
def acknowledge_shown(*, alert: Alert, also: Collection[UUID], by: User, now: datetime) -> int:
    """Acknowledge the alert, and those of the same patient that were shown beside it. Returns how many.

    AlreadyAcknowledgedError or AlreadyClosedError where the alert itself can't be: then none is.
    """
    Patient.objects.select_for_update().get(pk=alert.patient_id)
    acknowledge(alert=alert, by=by, now=now)
    others = alert.patient.alerts.filter(pk__in=also, status=Alert.Status.NEW).exclude(pk=alert.pk)
    return 1 + len([acknowledge(alert=other, by=by, now=now) for other in others])


@transaction.atomic
def close_all_open(
    *, alert: Alert, seen: Collection[UUID], by: User, now: datetime, outcome: str, note: str = ""
) -> int:
    """Close the alert and every open one of its patient with the same outcome. Returns how many.

    UnseenAlertError where one is open that is not among `seen` (empty: not checked); AlreadyClosedError
    where the alert itself is closed: then none is.
    """
    Patient.objects.select_for_update().get(pk=alert.patient_id)
    others = list(alert.patient.alerts.open().exclude(pk=alert.pk))
    if seen and any(other.pk not in seen for other in others):
        raise UnseenAlertError
    close(alert=alert, by=by, now=now, outcome=outcome, note=note)
    return 1 + len([close(alert=other, by=by, now=now, outcome=outcome, note=note) for other in others])
