"""Actions on alerts: acknowledge and close. Every action locks the patient's row first, then the alerts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aftercare.alerts.contacting.attempts import correct_contact_attempt, record_contact_attempt, set_next_try
from aftercare.alerts.dispatching.dispatches import due_at
from aftercare.alerts.dispatching.suppression import release_suppressed
from aftercare.alerts.errors import (
    AlreadyAcknowledgedError,
    AlreadyClosedError,
    AlreadyCorrectedError,
    NotAcknowledgedError,
    NoteNeededError,
)
from aftercare.alerts.locking import locked
from aftercare.alerts.models import Alert
from aftercare.alerts.raising import Fired, Raised, raise_alerts
from aftercare.alerts.transitions import mark_acknowledged, mark_closed, mark_confirmed, needs_note, state_of
from aftercare.people.actions import record_event
from aftercare.people.models import Event, User

__all__ = [
    "AlreadyAcknowledgedError",
    "AlreadyClosedError",
    "AlreadyCorrectedError",
    "Fired",
    "NotAcknowledgedError",
    "NoteNeededError",
    "Raised",
    "acknowledge",
    "close",
    "correct_contact_attempt",
    "due_at",
    "raise_alerts",
    "record_contact_attempt",
    "set_next_try",
]


@transaction.atomic
def acknowledge(*, alert: Alert, by: User, now: datetime) -> Alert:
    """Acknowledge an alert, or confirm its newer report; an alert that waits again keeps its owner.

    A forgotten alert can be taken over. A second acknowledgement by the same user changes nothing. Raise
    AlreadyAcknowledgedError if another user has acknowledged it, AlreadyClosedError if it is closed.
    """
    current = locked(alert)
    if not current.is_open:
        raise AlreadyClosedError
    waited = current.is_waiting
    is_own = current.acknowledged_by_id == by.pk
    if current.unconfirmed_since is not None or (is_own and current.reported_again_at is not None):
        mark_confirmed(current, current.clinic.hours, now)
    elif current.status == Alert.Status.NEW or (current.is_forgotten and not is_own):
        mark_acknowledged(current, by, current.clinic.hours, now)
    elif is_own:
        return current
    else:
        raise AlreadyAcknowledgedError
    current.save()
    record_event(verb=Event.Verb.ACKNOWLEDGED, actor=by, now=now, patient=current.patient, subject=current.pk)
    if waited:
        release_suppressed(current.patient, now)
    return current


@transaction.atomic
def close(*, alert: Alert, by: User, now: datetime, outcome: str, note: str = "") -> Alert:
    """Close an alert with an outcome.

    Raise AlreadyClosedError if it is closed, ValueError for an unknown outcome, NoteNeededError if `note` is
    empty for an alert of level urgent or higher whose patient was not reached since the newest report.
    """
    if outcome not in Alert.Outcome.values:
        raise ValueError(f"unknown outcome: {outcome!r}")
    current = locked(alert)
    if not current.is_open:
        raise AlreadyClosedError
    if needs_note(current) and not note.strip():
        raise NoteNeededError
    before, waited = state_of(current), current.is_waiting
    mark_closed(current, by, now, outcome=outcome, note=note)
    current.save()
    record_event(
        verb=Event.Verb.CLOSED,
        actor=by,
        now=now,
        patient=current.patient,
        subject=current.pk,
        data={"outcome": outcome, "before": before},
    )
    if waited:
        release_suppressed(current.patient, now)
    return current
