"""Unassign alerts and rota places whose holder left or is away; notify step one again."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from aftercare.alerts.dispatching.dispatches import create_dispatch, due_at
from aftercare.alerts.locking import locked
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.transitions import unassign
from aftercare.logs.isolation import isolated
from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, Shift, StaffMember, User
from aftercare.triage import Level

logger = logging.getLogger(__name__)


def return_to_pool(now: datetime) -> int:
    """Unassign the alerts and rota places of people who left or are away; return the number of alerts."""
    returned = 0
    for alert in without_available_owner(now).select_related("clinic"):
        with isolated(logger, "alert %s could not be taken back", alert.pk):
            returned += unassign_alert(alert, now)
    return returned + clear_shifts(now)


def without_available_owner(now: datetime) -> QuerySet[Alert]:
    """Return acknowledged alerts whose owner has left the clinic or is away."""
    owner = Coalesce(OuterRef("owner"), OuterRef("acknowledged_by"))
    there = StaffMember.objects.reachable(now).filter(clinic=OuterRef("clinic"), user=owner)
    alerts: QuerySet[Alert] = Alert.objects.filter(status=Alert.Status.ACKNOWLEDGED).exclude(Exists(there))
    return alerts


@transaction.atomic
def unassign_alert(alert: Alert, now: datetime) -> bool:
    """Return one alert to the pool; return False if that is no longer needed."""
    current = locked(alert)
    if not without_available_owner(now).filter(pk=current.pk).exists():
        return False
    owner = current.owner or current.acknowledged_by
    unassign(current, now)
    current.save()
    record_event(
        verb=Event.Verb.RETURNED,
        actor=User.objects.system(),
        now=now,
        patient=current.patient,
        subject=current.pk,
        data={"owner": owner.pk if owner else None},
    )
    notify_first_step(current, now)
    return True


def notify_first_step(alert: Alert, now: datetime) -> None:
    """Notify the first step of an unassigned alert; not of a routine one."""
    if alert.triage_level >= Level.SAME_DAY:
        due = due_at(alert.clinic, alert.triage_level, now)
        create_dispatch([alert], Dispatch.Reason.RETURNED, now=now, due=due)


def clear_shifts(now: datetime) -> int:
    """Clear future rota places whose holder left or is away then."""
    away = Q(member__away_from__lt=F("ends_at")) & (
        Q(member__away_until=None) | Q(member__away_until__gt=F("starts_at"))
    )
    gone = Q(member__is_active=False) | Q(member__user__is_active=False)
    ids = list(Shift.objects.filter(away | gone, ends_at__gt=now).values_list("pk", flat=True))
    return Shift.objects.filter(pk__in=ids).update(member=None)
