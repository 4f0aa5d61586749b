"""Actions on a row of the queue: they act on the alerts that the row showed, and refuse if those changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from aftercare.alerts.actions.closing import undo_close
from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.models import Alert
from aftercare.people.models import Patient, User


class RowChangedError(ValueError):
    """An alert of the row has a newer report than shown, or is no longer the patient's."""


class AlreadyTakenError(ValueError):
    """No alert of the row waits any more: a colleague acknowledged or closed `alert`."""

    def __init__(self, alert: Alert) -> None:
        super().__init__()
        self.alert = alert


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
def undo_close_row(*, patient: Patient, shown: Mapping[UUID, datetime], by: User, now: datetime) -> None:
    """Undo the closing of every alert of a row. Raises TooLateError or NewerAlertError; then none is reopened.

    Raises RowChangedError if an alert is open already, or is no longer the patient's.
    """
    for alert in locked_as_shown(patient, shown):
        if alert.is_open:
            raise RowChangedError
        undo_close(alert=alert, by=by, now=now)
