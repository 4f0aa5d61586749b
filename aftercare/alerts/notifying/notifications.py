"""Notifications: dispatches are turned into messages, and rendered if still relevant at the moment of sending."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from aftercare.alerts.dispatching.deferred import reschedule
from aftercare.alerts.dispatching.dispatches import highest_level
from aftercare.alerts.dispatching.relevance import relevant_alerts
from aftercare.alerts.dispatching.suppression import is_suppressed
from aftercare.alerts.dispatching.undelivered import KIND
from aftercare.alerts.models import Dispatch, Drill
from aftercare.alerts.notifying.texts import drill_words, list_words, together_words, words
from aftercare.alerts.on_call.no_recipients import record_no_recipient
from aftercare.alerts.on_call.recipients import recipients_of
from aftercare.alerts.on_call.roster import Roster
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Backlog, Content
from aftercare.people.contact_points.rules import OwnRules, own_rules
from aftercare.triage import Level

__all__ = ["KIND", "backlog", "drain", "render", "render_for_all", "render_together"]

logger = logging.getLogger(__name__)


def drain(now: datetime) -> None:
    """Create messages for every due dispatch; safe to run repeatedly and concurrently."""
    rosters: dict[int, Roster] = {}
    people: dict[int, dict[int, OwnRules]] = {}
    for dispatch in Dispatch.objects.to_drain(now).select_related("clinic", "patient")[:500]:
        try:
            if reschedule(dispatch) > now:
                continue
            if dispatch.clinic_id not in rosters:
                roster = rosters[dispatch.clinic_id] = Roster.of(dispatch.clinic, now)
                people[dispatch.clinic_id] = own_rules(member.user_id for member in roster.everybody)
            drain_one(dispatch, rosters[dispatch.clinic_id], people[dispatch.clinic_id], now)
        except Exception:
            # A dispatch that fails stays undrained and must not block the next.
            logger.exception("dispatch %s could not be expanded", dispatch.pk)


@transaction.atomic
def drain_one(dispatch: Dispatch, roster: Roster, people: Mapping[int, OwnRules], now: datetime) -> None:
    """Create the messages of one dispatch for its current recipients; none if it has expired.

    If nobody is available, those who are away are notified, and the dispatch stays open until somebody is.
    """
    if dispatch.reason == Dispatch.Reason.UNCOVERED and is_suppressed(dispatch):
        dispatch.delete()
        return
    if not dispatch.is_late(now) and not is_obsolete(dispatch):
        recipients = recipients_of(dispatch, roster, now)
        write_messages(dispatch, recipients, people, now)
        shorten_deadline(dispatch, roster, now)
        if not (recipients and roster.has_somebody(now)) and content_of(dispatch, now) is not None:
            record_no_recipient(dispatch, now)
            return
    Dispatch.objects.filter(pk=dispatch.pk).update(drained_at=now, nobody_since=None)


def is_obsolete(dispatch: Dispatch) -> bool:
    """Return True if a suppressed alert was taken on meanwhile, so that nobody needs to be notified."""
    return dispatch.reason == Dispatch.Reason.UNCOVERED and not relevant_alerts(dispatch)


def write_messages(
    dispatch: Dispatch, recipients: Collection[int], people: Mapping[int, OwnRules], now: datetime
) -> None:
    """Create the messages to each recipient by the person's own rules, unless they exist."""
    priority, level, zone = priority_of(dispatch), level_of(dispatch), dispatch.clinic.zone
    Message.objects.bulk_create(
        (
            Message(
                kind=KIND,
                subject=dispatch.pk,
                thread=dispatch.patient_id,
                sender=dispatch.clinic_id,
                recipient_id=user_id,
                channel=way.channel,
                point=way.point,
                priority=priority,
                created_at=now,
                next_attempt_at=way.at,
                expires_at=dispatch.expires_at,
            )
            for user_id in recipients
            for way in people[user_id].ways(level, now, zone, dispatch.expires_at)
        ),
        ignore_conflicts=True,
    )


def level_of(dispatch: Dispatch) -> str:
    """Return the level by whose rules the recipients are told.

    What was dealt with once, and is only to be finished, wakes nobody.
    """
    if dispatch.reason in WITHOUT_ALERTS:
        return WITHOUT_ALERTS[Dispatch.Reason(dispatch.reason)].value
    alerts = relevant_alerts(dispatch) or list(dispatch.alerts.all())
    level = highest_level(alerts) if alerts else Level.SAME_DAY
    return min(level, Level.SAME_DAY).value if dispatch.reason in NOT_PRESSING else level.value


# The level of what is about no single patient, and reasons that are not pressing whatever the alert is.
WITHOUT_ALERTS = {
    Dispatch.Reason.DRILL: Level.EMERGENCY,
    Dispatch.Reason.CLOSING: Level.SAME_DAY,
    Dispatch.Reason.DIGEST: Level.ROUTINE,
}
NOT_PRESSING = {Dispatch.Reason.LEFT_OPEN, Dispatch.Reason.SILENT}


def priority_of(dispatch: Dispatch) -> Message.Priority:
    """Emergencies and drills first, lists last."""
    if dispatch.reason == Dispatch.Reason.DRILL:
        return Message.Priority.NOW
    if dispatch.patient_id is None:
        return Message.Priority.ROUTINE
    is_emergency = dispatch.alerts.filter(level=Level.EMERGENCY.value).exists()
    return Message.Priority.NOW if is_emergency else Message.Priority.SOON


def shorten_deadline(dispatch: Dispatch, roster: Roster, now: datetime) -> None:
    """Shorten the alert's deadline if the first step has less time than the level gives."""
    step = roster.step_at(dispatch.step, now)
    if dispatch.reason not in {Dispatch.Reason.OPENED, Dispatch.Reason.RETURNED} or step is None:
        return
    waiting = dispatch.alerts.waiting().filter(escalations=0)
    for alert in waiting.exclude(next_escalation_at=None):
        sooner = alert.waiting_since + timedelta(minutes=step.wait_min)
        waiting.filter(pk=alert.pk, next_escalation_at__gt=sooner).update(next_escalation_at=sooner)


def backlog(now: datetime) -> Backlog:
    """Return since when the oldest dispatches without messages are due."""
    due = Dispatch.objects.filter(drained_at=None, due_at__lte=now)
    has_nobody = Q(nobody_since__isnull=False)
    found = due.aggregate(
        due=Min("due_at", filter=~has_nobody), without_recipient=Min("due_at", filter=has_nobody)
    )
    return Backlog(**found)


def render(message: Message, now: datetime) -> Content | None:
    """Render a message about a dispatch; None if nothing is relevant any more or it has expired."""
    return content_of(loaded([message.subject]).get(pk=message.subject), now)


def render_for_all(subjects: Collection[UUID], now: datetime) -> dict[UUID, Content | None]:
    """Render the content of many dispatches, the same for all recipients of one."""
    return {dispatch.pk: content_of(dispatch, now) for dispatch in loaded(subjects)}


def loaded(subjects: Collection[UUID]) -> QuerySet[Dispatch]:
    """Load dispatches with everything that rendering needs, in two queries."""
    dispatches: QuerySet[Dispatch] = Dispatch.objects.filter(pk__in=subjects).select_related("clinic")
    return dispatches.prefetch_related("alerts")


def content_of(dispatch: Dispatch, now: datetime) -> Content | None:
    """Return the content of a dispatch now; None if nothing is relevant any more."""
    if dispatch.is_late(now):
        return None
    if dispatch.reason == Dispatch.Reason.DRILL:
        drill = Drill.objects.running().filter(pk=dispatch.event).first()
        return drill_words(drill) if drill else None
    alerts = relevant_alerts(dispatch)
    if not alerts:
        return None
    return words(dispatch, alerts[0], now) if dispatch.patient_id else list_words(dispatch, len(alerts))


def render_together(messages: Sequence[Message], now: datetime) -> Content:
    """Render one mail for several messages: about one patient the most important text, else their number."""
    dispatches = list(loaded([message.subject for message in messages]))
    patients = {dispatch.patient_id for dispatch in dispatches}
    waiting = [(alerts[0], one) for one in dispatches if (alerts := relevant_alerts(one))]
    if not waiting or len(patients) > 1 or None in patients:
        levels = [alert.triage_level for alert, one in waiting if one.patient_id]
        return together_words(len(patients), max(levels, default=None))
    worst, dispatch = min(waiting, key=lambda found: (-found[0].triage_level.rank, importance_of(found[1])))
    return words(dispatch, worst, now)


def importance_of(dispatch: Dispatch) -> int:
    """Return the rank of a dispatch's reason; lower is more important."""
    return REASONS_BY_IMPORTANCE.index(Dispatch.Reason(dispatch.reason))


# Among several messages about one patient, the first reason listed here is rendered.
REASONS_BY_IMPORTANCE = [
    Dispatch.Reason.UNACKNOWLEDGED,
    Dispatch.Reason.UNDELIVERED,
    Dispatch.Reason.WRONG_NUMBER,
    Dispatch.Reason.NOT_REACHED,
    Dispatch.Reason.FORGOTTEN,
    Dispatch.Reason.OPENED,
    Dispatch.Reason.RETURNED,
    Dispatch.Reason.UNCOVERED,
    Dispatch.Reason.SILENT,
    Dispatch.Reason.LEFT_OPEN,
]
