"""Close an alert, undo the closing, reopen. Every action locks the patient's row first, then the alerts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from aftercare.alerts.dispatching.suppression import release_suppressed
from aftercare.alerts.errors import (
    AlreadyClosedError,
    NoteNeededError,
)
from aftercare.alerts.locking import locked
from aftercare.alerts.models import Alert
from aftercare.alerts.notifying.taken import needed_since, tell_others
from aftercare.alerts.transitions import (
    follow_up_deadline,
    mark_closed,
    needs_note,
    restore_state,
    state_of,
)
from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, User

# Time in which the user who closed an alert can undo it.
UNDO_WITHIN = timedelta(seconds=60)


class NotClosedError(ValueError):
    """The alert is open."""


class NewerAlertError(ValueError):
    """A newer alert of the same rule is open for this patient; work on that one."""


class TooLateError(ValueError):
    """Undo is only for the user who closed the alert, within a minute; afterwards reopen it with a reason."""


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
    before, reason, waited = state_of(current), current.next_try_reason, current.is_waiting
    untended_since = needed_since(current)
    mark_closed(current, by, now, outcome=outcome, note=note)
    current.save()
    record_event(
        verb=Event.Verb.CLOSED,
        actor=by,
        now=now,
        patient=current.patient,
        subject=current.pk,
        data={"outcome": outcome, "before": before},
        details={"next_try_reason": reason},
    )
    if waited:
        release_suppressed(current.patient, now)
    if untended_since is not None:
        tell_others(current, by=by, since=untended_since, now=now)
    return current


@transaction.atomic
def undo_close(*, alert: Alert, by: User, now: datetime) -> Alert:
    """Undo a close within a minute, for the user who closed the alert, and restore its state.

    Raise NotClosedError if it is open, TooLateError later or for another user, NewerAlertError if the rule has
    opened another alert.
    """
    current = locked(alert)
    if current.is_open or current.closed_at is None:
        raise NotClosedError
    if current.closed_by_id != by.pk or now - current.closed_at > UNDO_WITHIN:
        raise TooLateError
    require_no_newer(current)
    closing = Event.objects.filter(verb=Event.Verb.CLOSED, subject=current.pk).first()
    if closing is None or "before" not in closing.data:
        raise TooLateError
    outcome, note = current.outcome, current.note
    reason = closing.details.get("next_try_reason", "")
    restore_state(current, closing.data["before"], next_try_reason=reason)
    current.outcome, current.note = "", ""
    current.closed_at, current.closed_by = None, None
    current.save()
    record_event(
        verb=Event.Verb.UNDID_CLOSE,
        actor=by,
        now=now,
        patient=current.patient,
        subject=current.pk,
        data={"outcome": outcome},
        details={"note": note},
    )
    if current.is_waiting:
        # The higher alert above this one, of which nobody was told, may have been dealt with meanwhile.
        release_suppressed(current.patient, now)
    return current


def require_no_newer(current: Alert) -> None:
    """Raise NewerAlertError if another alert of the same rule is open: only one may be."""
    same = current.patient.alerts.open().filter(procedure=current.procedure, rule=current.rule)
    if same.exists():
        raise NewerAlertError


@transaction.atomic
def reopen(*, alert: Alert, by: User, now: datetime, why: str) -> Alert:
    """Reopen a closed alert for `by`; the history keeps how it was closed.

    Raise NotClosedError if it is open, NewerAlertError if another alert of the rule is open.
    """
    current = locked(alert)
    if current.is_open or current.closed_at is None:
        raise NotClosedError
    require_no_newer(current)
    record_event(
        verb=Event.Verb.REOPENED,
        actor=by,
        now=now,
        patient=current.patient,
        subject=current.pk,
        data={
            "outcome": current.outcome,
            "closed_by": current.closed_by_id,
            "closed_at": current.closed_at.isoformat(),
        },
        details={"why": why, "note": current.note},
    )
    current.status, current.outcome, current.note = Alert.Status.ACKNOWLEDGED, "", ""
    current.closed_at, current.closed_by, current.owner = None, None, by
    current.acknowledged_at, current.acknowledged_by = now, by
    current.follow_up_at = follow_up_deadline(current, current.clinic.hours, now)
    current.save()
    return current
