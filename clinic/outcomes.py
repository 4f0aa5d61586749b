"""Working several alerts of one patient with one press: what was shown is acted on, and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aftercare.alerts.actions import acknowledge, close
from aftercare.alerts.models import Alert
from aftercare.checkins.models import Finding
from aftercare.people.models import Patient, User


class UnseenAlertError(ValueError):
    """An alert was opened for this patient that the page did not show."""


class UnseenReportError(ValueError):
    """A report was added to the alert since the page was shown."""


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
    *,
    alert: Alert,
    seen: Collection[UUID],
    shown_at: datetime | None = None,
    by: User,
    now: datetime,
    outcome: str,
    note: str = "",
) -> int:
    """Close the alert and every open one of its patient with the same outcome. Returns how many.

    UnseenAlertError where one is open that is not among `seen` (empty: not checked), UnseenReportError where
    a report was added to one since `shown_at`, AlreadyClosedError where the alert itself is closed: then none is.
    """
    Patient.objects.select_for_update().get(pk=alert.patient_id)
    others = list(alert.patient.alerts.open().exclude(pk=alert.pk))
    if seen and any(other.pk not in seen for other in others):
        raise UnseenAlertError
    require_nothing_new([alert, *others], shown_at)
    close(alert=alert, by=by, now=now, outcome=outcome, note=note)
    return 1 + len([close(alert=other, by=by, now=now, outcome=outcome, note=note) for other in others])


@transaction.atomic
def close_shown(
    *, alert: Alert, shown_at: datetime | None, by: User, now: datetime, outcome: str, note: str = ""
) -> Alert:
    """Close the alert as the page showed it (`shown_at` None: not checked).

    UnseenReportError where a report was added to it since, AlreadyClosedError where it is closed.
    """
    Patient.objects.select_for_update().get(pk=alert.patient_id)
    require_nothing_new([alert], shown_at)
    return close(alert=alert, by=by, now=now, outcome=outcome, note=note)


def require_nothing_new(alerts: Collection[Alert], shown_at: datetime | None) -> None:
    """UnseenReportError where one of the alerts has a report that came after `shown_at`."""
    if shown_at and Finding.objects.filter(alert__in=alerts, assessment__at__gt=shown_at).exists():
        raise UnseenReportError
