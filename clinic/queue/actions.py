"""Closing and reopening alerts by role; and the actions on a row of the queue.

An action on a row acts on the alerts that the row showed, and refuses if those changed. The role is checked in
one place, whether one alert is closed or all, and here or on the page of an alert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from aftercare.alerts.actions.closing import close, undo_close
from aftercare.alerts.actions.closing import reopen as reopen_closed
from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.locking import locked
from aftercare.alerts.models import Alert
from aftercare.people.models import Patient, StaffMember, User
from clinic.access import require
from clinic.permissions import may_close


class RowChangedError(ValueError):
    """An alert of the row has a newer report than shown, or is no longer the patient's."""


class AlreadyTakenError(ValueError):
    """No alert of the row waits any more: a colleague acknowledged or closed `alert`."""

    def __init__(self, alert: Alert) -> None:
        super().__init__()
        self.alert = alert


def require_may_close(member: StaffMember, alerts: Iterable[Alert]) -> list[Alert]:
    """Lock the alerts and return them; raise PermissionDenied if the member may not close every one.

    What was decided before the lock may have changed since, so the level is read again.
    """
    current = [locked(alert) for alert in alerts]
    require(may_close(member, current), member)
    return current


@transaction.atomic
def close_alerts(
    *, alerts: Iterable[Alert], outcome: str, note: str, by: StaffMember, now: datetime
) -> list[Alert]:
    """Close alerts of a patient, all or none. Raise PermissionDenied, or as `close` does."""
    return [
        close(alert=one, by=by.user, now=now, outcome=outcome, note=note)
        for one in require_may_close(by, alerts)
    ]


@transaction.atomic
def undo_close_alerts(*, alerts: Iterable[Alert], by: StaffMember, now: datetime) -> list[Alert]:
    """Undo the closing of alerts of a patient, all or none. Raise PermissionDenied, or as `undo_close` does."""
    return [undo_close(alert=one, by=by.user, now=now) for one in require_may_close(by, alerts)]


@transaction.atomic
def reopen(*, alert: Alert, why: str, by: StaffMember, now: datetime) -> Alert:
    """Reopen an alert; whoever may close it may reopen it. Raise PermissionDenied, or as `reopen` does."""
    (current,) = require_may_close(by, [alert])
    return reopen_closed(alert=current, by=by.user, now=now, why=why)


def read_shown(tokens: Iterable[str]) -> dict[UUID, datetime]:
    """Parse the tokens of a row: each alert, and the instant of its newest report.

    Raises RowChangedError for an invalid token.
    """
    found = {}
    for token in tokens:
        alert, _, instant = token.partition("@")
        try:
            at = parse_datetime(instant)
            if at is None or timezone.is_naive(at):
                raise RowChangedError
            found[UUID(alert)] = at
        except ValueError as error:
            raise RowChangedError from error
    return found


def locked_as_shown(patient: Patient, shown: Mapping[UUID, datetime]) -> list[Alert]:
    """Lock the patient and return the alerts of the row. Raises RowChangedError if they changed."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    alerts = list(patient.alerts.filter(pk__in=shown).select_related("owner", "acknowledged_by", "closed_by"))
    if not shown or len(alerts) != len(shown):
        raise RowChangedError
    if any(alert.is_open and alert.last_reported_at != shown[alert.pk] for alert in alerts):
        raise RowChangedError
    return alerts


@transaction.atomic
def acknowledge_row(
    *, patient: Patient, shown: Mapping[UUID, datetime], by: User, now: datetime
) -> list[Alert]:
    """Acknowledge the waiting alerts of a row and return them. Idempotent.

    Raises RowChangedError if a shown alert changed, and AlreadyTakenError if a colleague handled all of them;
    then nothing is changed. An alert that the row did not show goes on waiting.
    """
    alerts = locked_as_shown(patient, shown)
    waiting = [alert for alert in alerts if alert.is_waiting]
    taken = [alert for alert in alerts if not alert.is_open or alert.acknowledged_by_id != by.pk]
    if not waiting and taken:
        raise AlreadyTakenError(taken[0])
    return [acknowledge(alert=alert, by=by, now=now) for alert in waiting]


@transaction.atomic
def give_back_row(*, patient: Patient, shown: Mapping[UUID, datetime], by: User, now: datetime) -> None:
    """Give back the alerts of a row that the user owns.

    Raises RowChangedError if an alert changed, or has another owner by now.
    """
    for alert in locked_as_shown(patient, shown):
        if alert.status != Alert.Status.ACKNOWLEDGED or alert.owner_id != by.pk:
            raise RowChangedError
        give_back(alert=alert, by=by, now=now)


@transaction.atomic
def undo_close_row(
    *, patient: Patient, shown: Mapping[UUID, datetime], by: StaffMember, now: datetime
) -> None:
    """Undo the closing of every alert of a row. Raises PermissionDenied, TooLateError or NewerAlertError; then
    none is reopened.

    Raises RowChangedError if an alert is open already, or is no longer the patient's.
    """
    alerts = locked_as_shown(patient, shown)
    if any(alert.is_open for alert in alerts):
        raise RowChangedError
    undo_close_alerts(alerts=alerts, by=by, now=now)
