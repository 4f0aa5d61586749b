"""Telling people of calls that do not get through: the next contact, the manager, and who has left an alert open."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from aftercare.alerts.dispatching.dispatches import due_at, note_telling, tell, turns_of, worst_of
from aftercare.alerts.locking import locked_open
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.on_call.roster import Roster
from aftercare.people.models import Event
from aftercare.triage import Level

logger = logging.getLogger(__name__)

# After so many tries that failed, the manager is told, and a clinician sets the next one.
TRIES = 3
# What is acknowledged and not closed for so long is told again.
LEFT_OPEN_AFTER = timedelta(hours=72)
# The reasons for which the next contact of a chase is told: each of them is one step more.
OF_A_CHASE = (Dispatch.Reason.FORGOTTEN, Dispatch.Reason.WRONG_NUMBER)


def next_step(alert: Alert, roster: Roster, now: datetime) -> int:
    """The contact step to be told next in the chase of an alert that somebody has."""
    return min(turns_of(alert, *OF_A_CHASE) + 1, roster.last_position(now))


def tell_next(alerts: Sequence[Alert], reason: Dispatch.Reason, now: datetime) -> Dispatch:
    """Let the next contact be told at once of these alerts of one patient, which somebody has."""
    roster = Roster.of(alerts[0].clinic, now)
    return tell(alerts, reason, now=now, step=next_step(alerts[0], roster, now))


def tell_manager(alerts: Sequence[Alert], now: datetime) -> Dispatch:
    """Let the manager be told that the patient of these alerts can't be reached."""
    due = due_at(alerts[0].clinic, worst_of(alerts), now)
    dispatch = tell(alerts, Dispatch.Reason.NOT_REACHED, now=now, due=due)
    note_telling(alerts, dispatch, Event.Verb.NOT_REACHED, now)
    return dispatch


def tell_left_open(now: datetime) -> int:
    """Tell owners and managers of what is acknowledged and not closed for three days. Returns how many patients."""
    patients = 0
    alerts = Alert.objects.left_open(now - LEFT_OPEN_AFTER).exclude(Exists(told_since(now - LEFT_OPEN_AFTER)))
    by_patient = alerts.select_related("patient").order_by("patient", "opened_at", "pk")
    for _patient_id, group in groupby(by_patient, key=lambda alert: alert.patient_id):
        try:
            patients += tell_left_open_of(list(group), now)
        except Exception:
            # One patient's fault must not keep the next one's alert from being told.
            logger.exception("alerts that are left open could not be told again")
    return patients


def told_since(long_ago: datetime) -> QuerySet[Any]:
    """The decisions, made since then, to tell that an alert is left open."""
    rows: QuerySet[Any] = Dispatch.alerts.through.objects.filter(
        alert=OuterRef("pk"),
        dispatch__reason=Dispatch.Reason.LEFT_OPEN,
        dispatch__decided_at__gt=long_ago,
        dispatch__decided_at__gte=OuterRef("acknowledged_at"),
    )
    return rows


@transaction.atomic
def tell_left_open_of(alerts: Sequence[Alert], now: datetime) -> bool:
    """One dispatch for what one patient's owners left open; False where it was closed or told meanwhile."""
    patient, _open = locked_open(alerts[0].patient)
    long_ago = now - LEFT_OPEN_AFTER
    still = Alert.objects.left_open(long_ago).exclude(Exists(told_since(long_ago)))
    left = list(still.filter(pk__in=[alert.pk for alert in alerts]).select_related("patient"))
    if not left:
        return False
    due = due_at(patient.clinic, Level.SAME_DAY, now)
    dispatch = tell(left, Dispatch.Reason.LEFT_OPEN, now=now, due=due)
    note_telling(left, dispatch, Event.Verb.LEFT_OPEN, now)
    return True
