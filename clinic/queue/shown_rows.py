"""One press in the queue: it does what the row showed when it was pressed, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from aftercare.alerts.actions import acknowledge
from aftercare.alerts.models import Alert
from aftercare.alerts.ownership.actions import give_back, undo_close
from aftercare.people.models import Patient, User


class RowChangedError(ValueError):
    """An alert of the row has a newer report than the row showed, or is no longer this patient's."""


class AlreadyTakenError(ValueError):
    """Nothing of the row waits any more: `alert` was taken on, or closed, by somebody else."""

    def __init__(self, alert: Alert) -> None:
        super().__init__()
        self.alert = alert


def read_shown(tokens: Iterable[str]) -> dict[UUID, datetime]:
    """What a row showed, from its form: each alert and the instant of its newest report.

    RowChangedError where a token can't be read: then nothing is known of what was shown.
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
    """The alerts of a row, the patient's row locked; RowChangedError where they are not what was shown."""
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
    """Take on those alerts of a row that still wait, and return them. Pressing it again changes nothing.

    RowChangedError where a shown alert is not as it was shown, TakenError where somebody else was first
    with all of them: then nothing is changed. An alert that the row did not show goes on waiting.
    """
    alerts = locked_as_shown(patient, shown)
    waiting = [alert for alert in alerts if alert.is_waiting]
    taken = [alert for alert in alerts if not alert.is_open or alert.acknowledged_by_id != by.pk]
    if not waiting and taken:
        raise AlreadyTakenError(taken[0])
    return [acknowledge(alert=alert, by=by, now=now) for alert in waiting]


@transaction.atomic
def give_back_row(*, patient: Patient, shown: Mapping[UUID, datetime], by: User, now: datetime) -> None:
    """Let the alerts of a row that the user has taken on wait for anybody again.

    RowChangedError where one is not as it was shown, or is not the user's any more.
    """
    for alert in locked_as_shown(patient, shown):
        if alert.status != Alert.Status.ACKNOWLEDGED or alert.owner_id != by.pk:
            raise RowChangedError
        give_back(alert=alert, by=by, now=now)


@transaction.atomic
def undo_close_row(*, patient: Patient, shown: Mapping[UUID, datetime], by: User, now: datetime) -> None:
    """Undo the closing of each alert of a row. TooLateError or NewerAlertError: then none is open again.

    RowChangedError where one is open already, or is no longer this patient's.
    """
    for alert in locked_as_shown(patient, shown):
        if alert.is_open:
            raise RowChangedError
        undo_close(alert=alert, by=by, now=now)
