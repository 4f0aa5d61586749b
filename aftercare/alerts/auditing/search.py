"""Search for open alerts without a next act. It reads open rows only, so that it stays fast however many are closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from aftercare.alerts.dispatching.undelivered import KIND
from aftercare.alerts.models import LEVEL_ORDER, Alert, Dispatch, Omission
from aftercare.outbox.models import Message
from aftercare.triage import Level

# Time for the tasks that act on deadlines, which run every 15 seconds.
GRACE = timedelta(minutes=2)
PRESSING = tuple(level.value for level in LEVEL_ORDER if level >= Level.URGENT)
# More than these are left to the next run.
MOST = 200

Found = dict[UUID, Omission.Kind]


def without_next_act(now: datetime) -> Found:
    """Return the open emergency and urgent alerts without a next act.

    A next act is a deadline that has not long passed, or a dispatch or message on its way. An alert whose patient
    was reached needs none until it is closed: its owner is asked after three days.
    """
    since = now - GRACE
    waiting = Q(status=Alert.Status.NEW) | Q(unconfirmed_since__isnull=False)
    taken_on = Q(status=Alert.Status.ACKNOWLEDGED, unconfirmed_since__isnull=True)
    reached = Q(reached_at__isnull=False, reached_at__gte=F("last_reported_at"))
    lacks_escalation = Q(next_escalation_at__isnull=True) | Q(next_escalation_at__lte=since)
    lacks_follow_up = Q(follow_up_at__isnull=True) | Q(follow_up_at__lte=since)
    lacking = Alert.objects.open().filter(
        (waiting & lacks_escalation) | (taken_on & lacks_follow_up & ~reached), level__in=PRESSING
    )
    rows = list(lacking.order_by("opened_at", "pk")[:MOST])
    told = with_message_on_its_way([alert.pk for alert in rows])
    return {
        alert.pk: Omission.Kind.OVERDUE if deadline_of(alert) else Omission.Kind.NO_NEXT_ACT
        for alert in rows
        if alert.pk not in told
    }


def lacks_next_act(alert: Alert, now: datetime) -> bool:
    """Return True if an open alert has no deadline, or one that has long passed, and its patient was not reached."""
    deadline = deadline_of(alert)
    is_kept = deadline is not None and deadline > now - GRACE
    return not is_kept and (alert.is_waiting or not alert.is_reached)


def deadline_of(alert: Alert) -> datetime | None:
    """Return the deadline that somebody has to keep with an open alert."""
    return alert.next_escalation_at if alert.is_waiting else alert.follow_up_at


def with_message_on_its_way(alert_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the alerts of which a dispatch has no messages yet, or a message is not finished."""
    if not alert_ids:
        return set()
    unfinished = Message.objects.filter(subject=OuterRef("dispatch"), kind=KIND, finished_at=None)
    rows = Dispatch.alerts.through.objects.filter(alert__in=alert_ids)
    on_its_way = rows.filter(Q(dispatch__drained_at=None) | Exists(unfinished))
    return set(on_its_way.values_list("alert_id", flat=True))


def untold(_now: datetime) -> Found:
    """Return the waiting alerts of same day and higher of which nobody was told since they wait.

    Alerts that stand under a higher one of the same patient are told of when that one is dealt with.
    """
    told = Dispatch.alerts.through.objects.filter(
        alert=OuterRef("pk"),
        dispatch__patient__isnull=False,
        dispatch__decided_at__gte=Coalesce(
            OuterRef("unconfirmed_since"), OuterRef("returned_at"), OuterRef("opened_at")
        ),
    )
    waiting = Alert.objects.need_action().waiting()
    silent = waiting.exclude(Exists(told)).order_by("opened_at", "pk").values_list("pk", "patient", "level")
    rows = list(silent)
    highest = highest_levels(waiting.filter(patient__in={patient for _pk, patient, _level in rows}))
    return {pk: Omission.Kind.UNTOLD for pk, patient, level in rows if not highest[patient] > Level(level)}


def highest_levels(alerts: QuerySet[Alert]) -> Mapping[UUID, Level]:
    """Return the highest level of these alerts by patient."""
    highest: dict[UUID, Level] = {}
    for patient, level in alerts.values_list("patient", "level"):
        highest[patient] = max(Level(level), highest.get(patient, Level(level)))
    return highest


def by_patient(alerts: Sequence[Alert]) -> dict[object, list[Alert]]:
    """Group alerts by patient."""
    groups: dict[object, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(alert.patient_id, []).append(alert)
    return groups
