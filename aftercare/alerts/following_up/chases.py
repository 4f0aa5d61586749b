"""Notifications about patients who are not reached: next contact step, managers, owners of alerts left open."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from aftercare.alerts.dispatching.dispatches import (
    count_dispatches,
    create_dispatch,
    due_at,
    highest_level,
    record_notified,
)
from aftercare.alerts.locking import locked_open
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.on_call.roster import Roster
from aftercare.logs.isolation import isolated
from aftercare.people.models import Event
from aftercare.triage import Level

logger = logging.getLogger(__name__)

# Failed tries after which the managers are notified and a clinician sets the next try.
TRIES = 3
# Acknowledged alerts that are still open after this long are notified again.
LEFT_OPEN_AFTER = timedelta(hours=72)
# Reasons that move a chase to the next contact step.
CHASE_REASONS = (Dispatch.Reason.FORGOTTEN, Dispatch.Reason.WRONG_NUMBER)


def next_step(alert: Alert, roster: Roster, now: datetime) -> int:
    """Return the contact step to notify next about an acknowledged alert."""
    return min(count_dispatches(alert, *CHASE_REASONS) + 1, roster.last_position(now))


def advance_chase(alerts: Sequence[Alert], reason: Dispatch.Reason, now: datetime) -> Dispatch:
    """Notify the next contact step at once of acknowledged alerts of one patient."""
    roster = Roster.of(alerts[0].clinic, now)
    return create_dispatch(alerts, reason, now=now, step=next_step(alerts[0], roster, now))


def notify_managers(alerts: Sequence[Alert], now: datetime) -> Dispatch:
    """Notify the managers that the patient of these alerts cannot be reached."""
    due = due_at(alerts[0].clinic, highest_level(alerts), now)
    dispatch = create_dispatch(alerts, Dispatch.Reason.NOT_REACHED, now=now, due=due)
    record_notified(alerts, dispatch, Event.Verb.NOT_REACHED, now)
    return dispatch


def notify_left_open(now: datetime) -> int:
    """Notify owners and managers of alerts acknowledged three days ago and still open; return the number of
    patients.
    """
    patients = 0
    alerts = Alert.objects.left_open(now - LEFT_OPEN_AFTER).exclude(
        Exists(left_open_dispatches(now - LEFT_OPEN_AFTER))
    )
    by_patient = alerts.select_related("patient").order_by("patient", "opened_at", "pk")
    for _patient_id, group in groupby(by_patient, key=lambda alert: alert.patient_id):
        with isolated(logger, "alerts that are left open could not be told again"):
            patients += notify_left_open_of_patient(list(group), now)
    return patients


def left_open_dispatches(long_ago: datetime) -> QuerySet[Any]:
    """Return left-open dispatches of an alert (OuterRef) decided since `long_ago`."""
    rows: QuerySet[Any] = Dispatch.alerts.through.objects.filter(
        alert=OuterRef("pk"),
        dispatch__reason=Dispatch.Reason.LEFT_OPEN,
        dispatch__decided_at__gt=long_ago,
        dispatch__decided_at__gte=OuterRef("acknowledged_at"),
    )
    return rows


@transaction.atomic
def notify_left_open_of_patient(alerts: Sequence[Alert], now: datetime) -> bool:
    """Create one dispatch for the left-open alerts of a patient; return False if none is left or all were
    notified.
    """
    patient, _open = locked_open(alerts[0].patient)
    long_ago = now - LEFT_OPEN_AFTER
    still = Alert.objects.left_open(long_ago).exclude(Exists(left_open_dispatches(long_ago)))
    left = list(still.filter(pk__in=[alert.pk for alert in alerts]).select_related("patient"))
    if not left:
        return False
    due = due_at(patient.clinic, Level.SAME_DAY, now)
    dispatch = create_dispatch(left, Dispatch.Reason.LEFT_OPEN, now=now, due=due)
    record_notified(left, dispatch, Event.Verb.LEFT_OPEN, now)
    return True
