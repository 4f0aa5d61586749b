"""Whose an alert is, and opening again what was closed. Like every action, these lock the patient's row first."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aftercare.alerts.actions import AlreadyClosedError, follow_up_from, locked
from aftercare.alerts.models import Alert
from aftercare.people.actions import record_event
from aftercare.people.models import Event, StaffMember, User


class OwnerChangedError(ValueError):
    """Somebody else has given the alert away, or taken it, since the page was shown."""


class NotClosedError(ValueError):
    """The alert is open."""


class NewerAlertError(ValueError):
    """The same rule has opened a newer alert for this patient; that one is the one to work on."""


@transaction.atomic
def assign(*, alert: Alert, to: StaffMember, seen_owner: int | None, by: User, now: datetime) -> Alert:
    """Give the alert to a colleague. Its clock runs on until somebody acknowledges it.

    `seen_owner`: the id of the owner whom the page showed; OwnerChangedError where it is another by now.
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
    """Open a closed alert again; it belongs to who opened it. How it was closed stays in its history.

    NotClosedError where it is open, NewerAlertError where the same rule has another one open.
    """
    current = locked(alert)
    if current.is_open or current.closed_at is None:
        raise NotClosedError
    same = current.patient.alerts.open().filter(procedure=current.procedure, rule=current.rule)
    if same.exists():
        raise NewerAlertError
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
    current.follow_up_at = follow_up_from(current, now)
    current.save()
    return current
