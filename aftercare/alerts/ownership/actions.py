"""Ownership of alerts, and reopening. As everywhere, the patient's row is locked first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from aftercare.alerts.errors import AlreadyClosedError, NotAcknowledgedError
from aftercare.alerts.locking import locked
from aftercare.alerts.models import Alert
from aftercare.alerts.ownership.unassign import notify_first_step
from aftercare.alerts.transitions import follow_up_deadline, restore_state, unassign
from aftercare.people.actions import record_event
from aftercare.people.models import Event, StaffMember, User

__all__ = [
    "NewerAlertError",
    "NotAcknowledgedError",
    "NotClosedError",
    "OwnerChangedError",
    "TooLateError",
    "assign",
    "give_back",
    "reopen",
    "undo_close",
]

# Time in which the user who closed an alert can undo it.
UNDO_WITHIN = timedelta(seconds=60)


class OwnerChangedError(ValueError):
    """The owner has changed since the page was drawn."""


class NotClosedError(ValueError):
    """The alert is open."""


class NewerAlertError(ValueError):
    """A newer alert of the same rule is open for this patient; work on that one."""


class TooLateError(ValueError):
    """Undo is only for the user who closed the alert, within a minute; afterwards reopen it with a reason."""


@transaction.atomic
def give_back(*, alert: Alert, by: User, now: datetime) -> Alert:
    """Return an acknowledged alert to the pool: its deadline starts now, and the first step is notified.

    Raise AlreadyClosedError if it is closed, NotAcknowledgedError if nobody has acknowledged it.
    """
    current = locked(alert)
    if not current.is_open:
        raise AlreadyClosedError
    if current.status != Alert.Status.ACKNOWLEDGED:
        raise NotAcknowledgedError
    owner = current.owner or current.acknowledged_by
    unassign(current, now)
    current.save()
    record_event(
        verb=Event.Verb.GAVE_BACK,
        actor=by,
        now=now,
        patient=current.patient,
        subject=current.pk,
        data={"owner": str(owner)},
    )
    notify_first_step(current, now)
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
    undone = {"outcome": current.outcome, "note": current.note}
    restore_state(current, closing.data["before"])
    current.outcome, current.note = "", ""
    current.closed_at, current.closed_by = None, None
    current.save()
    record_event(
        verb=Event.Verb.UNDID_CLOSE,
        actor=by,
        now=now,
        patient=current.patient,
        subject=current.pk,
        data=undone,
    )
    return current


def require_no_newer(current: Alert) -> None:
    """Raise NewerAlertError if another alert of the same rule is open: only one may be."""
    same = current.patient.alerts.open().filter(procedure=current.procedure, rule=current.rule)
    if same.exists():
        raise NewerAlertError


@transaction.atomic
def assign(*, alert: Alert, to: StaffMember, seen_owner: int | None, by: User, now: datetime) -> Alert:
    """Assign an alert to a colleague; its deadline runs on until it is acknowledged.

    `seen_owner`: id of the owner on the page; raise OwnerChangedError if it has changed.
    """
    current = locked(alert)
    if not current.is_open:
        raise AlreadyClosedError
    if to.clinic_id != current.clinic_id or not to.is_active or not to.user.is_active:
        raise ValueError("the new owner does not work for the clinic of the alert")
    if current.owner_id == to.user_id:
        return current
    if current.owner_id != seen_owner:
        raise OwnerChangedError
    before, current.owner = current.owner_id, to.user
    current.save(update_fields=["owner"])
    record_event(
        verb=Event.Verb.ASSIGNED,
        actor=by,
        now=now,
        patient=current.patient,
        subject=current.pk,
        data={"to": to.user_id, "from": before},
    )
    return current


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
            "why": why,
            "outcome": current.outcome,
            "note": current.note,
            "closed_by": current.closed_by_id,
            "closed_at": current.closed_at.isoformat(),
        },
    )
    current.status, current.outcome, current.note = Alert.Status.ACKNOWLEDGED, "", ""
    current.closed_at, current.closed_by, current.owner = None, None, by
    current.acknowledged_at, current.acknowledged_by = now, by
    current.follow_up_at = follow_up_deadline(current, current.clinic.hours, now)
    current.save()
    return current
