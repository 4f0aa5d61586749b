"""Alarm drills: the whole path from dispatch to acknowledgement without a patient, with its times measured."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Min

from aftercare.alerts.actions.ownership import data_of_way
from aftercare.alerts.dispatching.dispatches import at_once
from aftercare.alerts.following_up.escalation import escalation_delay
from aftercare.alerts.models import Dispatch, Drill
from aftercare.alerts.notifying.notifications import KIND
from aftercare.alerts.on_call.roster import Roster
from aftercare.logs.isolation import isolated
from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.actions.events import record_event
from aftercare.people.models import Clinic, Event, User
from aftercare.triage import Level

logger = logging.getLogger(__name__)

# A drill ends by itself after this long.
MAX_DURATION = timedelta(hours=2)


class DrillRunningError(ValueError):
    """A drill is already running at this clinic."""


class DrillEndedError(ValueError):
    """The drill has ended."""


@transaction.atomic
def start_drill(*, clinic: Clinic, by: User, now: datetime) -> Drill:
    """Start a drill and notify the first step as in an emergency; raise DrillRunningError if one is running."""
    roster = Roster.of(clinic, now)
    wait = escalation_delay(0, Level.EMERGENCY, now, roster)
    try:
        with transaction.atomic():
            drill = Drill.objects.create(
                clinic=clinic, started_at=now, started_by=by, next_escalation_at=now + wait
            )
    except IntegrityError as error:
        raise DrillRunningError from error
    create_drill_dispatch(drill, turn=0, step=0, now=now)
    record_event(verb=Event.Verb.STARTED_DRILL, actor=by, now=now, clinic=clinic, subject=drill.pk)
    return drill


def create_drill_dispatch(drill: Drill, *, turn: int, step: int, now: datetime) -> None:
    """Create a dispatch of the drill to a contact step."""
    Dispatch.objects.create(
        clinic_id=drill.clinic_id,
        reason=Dispatch.Reason.DRILL,
        event=drill.pk,
        turn=turn,
        step=step,
        decided_at=now,
        due_at=at_once(now),
        expires_at=drill.started_at + MAX_DURATION,
    )
    nudge_after_commit()


@transaction.atomic
def end_drill(*, drill: Drill, by: User, now: datetime, acknowledged: bool, way: str = "") -> None:
    """Acknowledge or stop a drill; raise DrillEndedError if it has ended. `way`: as in `acknowledge`."""
    ended = (
        Drill.objects.running()
        .filter(pk=drill.pk)
        .update(ended_at=now, acknowledged_by=by if acknowledged else None)
    )
    if not ended:
        raise DrillEndedError
    verb = Event.Verb.ACKNOWLEDGED_DRILL if acknowledged else Event.Verb.STOPPED_DRILL
    record_event(verb=verb, actor=by, now=now, clinic=drill.clinic, subject=drill.pk, data=data_of_way(way))


def escalate_drills(now: datetime) -> int:
    """Notify the next step of overdue drills, and end those that ran too long; return the number of drills."""
    moved = 0
    for drill in Drill.objects.to_escalate(now).select_related("clinic"):
        with isolated(logger, "drill %s could not be told again", drill.pk):
            moved += escalate_drill(drill, now)
    return moved


@transaction.atomic
def escalate_drill(drill: Drill, now: datetime) -> bool:
    """Escalate one drill; return False if it has ended or another worker was faster."""
    if now >= drill.started_at + MAX_DURATION:
        end_drill(drill=drill, by=User.objects.system(), now=now, acknowledged=False)
        return True
    roster = Roster.of(drill.clinic, now)
    turn = drill.escalations + 1
    claimed = (
        Drill.objects.running()
        .filter(pk=drill.pk, next_escalation_at=drill.next_escalation_at)
        .update(
            next_escalation_at=now + escalation_delay(turn, Level.EMERGENCY, now, roster),
            escalations=F("escalations") + 1,
        )
    )
    if claimed:
        create_drill_dispatch(drill, turn=turn, step=min(turn, roster.last_position(now)), now=now)
    return bool(claimed)


@dataclass(frozen=True, kw_only=True, slots=True)
class DrillTimes:
    """Times of a drill: first message sent, and acknowledgement, each from the start."""

    told_at: datetime | None
    told_after: timedelta | None
    acknowledged_after: timedelta | None


def drill_times(drill: Drill) -> DrillTimes:
    """Return the times of a drill."""
    dispatches = Dispatch.objects.filter(reason=Dispatch.Reason.DRILL, event=drill.pk)
    sent = Message.objects.filter(kind=KIND, subject__in=dispatches.values("pk"), state=Message.State.SENT)
    told_at: datetime | None = sent.aggregate(first=Min("finished_at"))["first"]
    ended = drill.ended_at if drill.acknowledged_by_id else None
    return DrillTimes(
        told_at=told_at,
        told_after=told_at - drill.started_at if told_at else None,
        acknowledged_after=ended - drill.started_at if ended else None,
    )
