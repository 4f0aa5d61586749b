"""Notifications: dispatches are turned into messages, and rendered if still relevant at the moment of sending."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Min, Q, QuerySet

from aftercare.alerts.dispatching.deferred import reschedule
from aftercare.alerts.dispatching.relevance import relevant_alerts
from aftercare.alerts.dispatching.suppression import is_suppressed
from aftercare.alerts.dispatching.undelivered import KIND
from aftercare.alerts.models import Alert, Dispatch, Drill
from aftercare.alerts.notifying.messages import new_messages, sooner_deadlines
from aftercare.alerts.notifying.texts import drill_words, list_words, together_words, words
from aftercare.alerts.on_call.no_recipients import record_no_recipient
from aftercare.alerts.on_call.recipients import recipients_of
from aftercare.alerts.on_call.roster import Roster
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Backlog, Content
from aftercare.people.contact_points.rules import OwnRules, own_rules

__all__ = ["KIND", "backlog", "drain", "render", "render_for_all", "render_together"]

logger = logging.getLogger(__name__)

BATCH = 50  # dispatches in one transaction, and so with one write to the disk
MOST = 500  # dispatches in one run; the next run continues


def drain(now: datetime) -> int:
    """Write the messages of every due dispatch; return the number of dispatches.

    Safe to run concurrently: a dispatch is locked while its messages are written, and other runs skip it.
    """
    seen: set[UUID] = set()
    drained = 0
    while len(seen) < MOST:
        due = Dispatch.objects.to_drain(now).exclude(pk__in=seen).values_list("pk", flat=True)
        batch = list(due[:BATCH])
        if not batch:
            break
        seen.update(batch)
        drained += drain_together(batch, now)
    return drained


def drain_together(ids: Sequence[UUID], now: datetime) -> int:
    """Drain dispatches in one transaction; if that fails, each by itself, so that one blocks no other."""
    try:
        return drain_batch(ids, now)
    except Exception as error:
        if len(ids) > 1:
            return sum(drain_together([pk], now) for pk in ids)
        if isinstance(error, OperationalError | InterfaceError):
            raise
        logger.exception("dispatch %s could not be expanded", ids[0])
        return 0


@transaction.atomic
def drain_batch(ids: Sequence[UUID], now: datetime) -> int:
    """Write the messages of those dispatches that no other run is at work on; return how many are drained now."""
    free = Dispatch.objects.to_drain(now).filter(pk__in=ids).select_related("clinic")
    locked = free.prefetch_related("alerts").select_for_update(skip_locked=True, no_key=True, of=("self",))
    due = [dispatch for dispatch in locked if reschedule(dispatch) <= now]
    if not due:
        return 0
    batch = Batch.of(due, now)
    for dispatch in due:
        batch.add(dispatch)
    return batch.save()


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Dispatches that are drained together: whom they may reach, and what is to be written."""

    now: datetime
    rosters: Mapping[int, Roster]
    people: Mapping[int, OwnRules]
    messages: list[Message] = field(default_factory=list)
    drained: list[UUID] = field(default_factory=list)
    deadlines: list[tuple[UUID, datetime]] = field(default_factory=list)

    @classmethod
    def of(cls, dispatches: Iterable[Dispatch], now: datetime) -> Batch:
        """Load the rosters and rules that these dispatches need, in a few queries for all of them."""
        rosters = Roster.of_all({dispatch.clinic for dispatch in dispatches}, now)
        everybody = [member.user_id for roster in rosters.values() for member in roster.everybody]
        return cls(now=now, rosters=rosters, people=own_rules(everybody))

    def add(self, dispatch: Dispatch) -> None:
        """Add a dispatch with the messages to its current recipients; none if it has expired.

        If nobody is available, those who are away are notified, and the dispatch stays open until somebody is.
        """
        if dispatch.reason == Dispatch.Reason.UNCOVERED and is_suppressed(dispatch):
            dispatch.delete()
            return
        if not dispatch.is_late(self.now) and not is_obsolete(dispatch):
            roster = self.rosters[dispatch.clinic_id]
            recipients = recipients_of(dispatch, roster, self.now)
            self.messages.extend(new_messages(dispatch, recipients, self.people, self.now))
            self.deadlines.extend(sooner_deadlines(dispatch, roster, self.now))
            nobody = not (recipients and roster.has_somebody(self.now))
            if nobody and content_of(dispatch, self.now) is not None:
                record_no_recipient(dispatch, self.now)
                return
        self.drained.append(dispatch.pk)

    def save(self) -> int:
        """Write everything; return the number of drained dispatches. Alerts come last: others wait for their locks."""
        Message.objects.bulk_create(self.messages, ignore_conflicts=True)
        Dispatch.objects.filter(pk__in=self.drained).update(drained_at=self.now, nobody_since=None)
        for pk, sooner in sorted(self.deadlines):
            waiting = Alert.objects.waiting().filter(pk=pk, escalations=0, next_escalation_at__gt=sooner)
            waiting.update(next_escalation_at=sooner)
        return len(self.drained)


def is_obsolete(dispatch: Dispatch) -> bool:
    """Return True if a suppressed alert was taken on meanwhile, so that nobody needs to be notified."""
    return dispatch.reason == Dispatch.Reason.UNCOVERED and not relevant_alerts(dispatch)


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
