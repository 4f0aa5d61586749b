"""Ownership of alerts: acknowledge, assign, give back. Every action locks the patient's row first, then the alerts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aftercare.alerts.dispatching.suppression import release_suppressed
from aftercare.alerts.errors import (
    AlreadyAcknowledgedError,
    AlreadyClosedError,
    NotAcknowledgedError,
)
from aftercare.alerts.following_up.unassign import notify_first_step
from aftercare.alerts.locking import locked
from aftercare.alerts.models import Alert
from aftercare.alerts.notifying.taken import needed_since, tell_others
from aftercare.alerts.transitions import (
    mark_acknowledged,
    mark_confirmed,
    unassign,
)
from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, StaffMember, User


class OwnerChangedError(ValueError):
    """The owner has changed since the page was drawn."""


@transaction.atomic
def acknowledge(*, alert: Alert, by: User, now: datetime, way: str = "") -> Alert:
    """Acknowledge an alert, or confirm its newer report; an alert that waits again keeps its owner.

    A forgotten alert can be taken over. A second acknowledgement by the same user changes nothing. `way`: how it was
    done without signing in, kept with the event. Raise AlreadyAcknowledgedError if another user has acknowledged it,
    AlreadyClosedError if it is closed.
    """
    current = locked(alert)
    if not current.is_open:
        raise AlreadyClosedError
    waited, untended_since = current.is_waiting, needed_since(current)
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
    record_event(
        verb=Event.Verb.ACKNOWLEDGED,
        actor=by,
        now=now,
        patient=current.patient,
        subject=current.pk,
        data=data_of_way(way),
    )
    if waited:
        release_suppressed(current.patient, now)
    if untended_since is not None:
        tell_others(current, by=by, since=untended_since, now=now)
    return current


def data_of_way(way: str) -> dict[str, str]:
    """Return what an event keeps of how an act was done without signing in; nothing for a signed-in user."""
    return {"way": way} if way else {}


@transaction.atomic
def give_back(*, alert: Alert, by: User, now: datetime, way: str = "") -> Alert:
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
        data={"owner": owner.pk if owner else None, **data_of_way(way)},
    )
    notify_first_step(current, now)
    return current


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
