"""Daily reminders: open same-day alerts before closing, and the list of routine alerts after opening."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction

from aftercare.alerts.models import Alert, Dispatch
from aftercare.logs.isolation import isolated
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.hours import instant_on
from aftercare.people.models import Clinic
from aftercare.triage import Level

logger = logging.getLogger(__name__)

BEFORE_CLOSING = timedelta(hours=1)
# Start of the working day at a clinic that is open at midnight.
MORNING = "09:00"

Identity = tuple[str, UUID]  # reason and event of a dispatch


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """A reminder that has fallen due at a clinic; `key` tells it from those of other days."""

    clinic: Clinic
    reason: Dispatch.Reason
    key: datetime
    expires_at: datetime

    @property
    def event(self) -> UUID:
        """Id of the event of its dispatch; that of a closing at midnight is that of the next day's list."""
        return uuid5(NAMESPACE_OID, f"{self.clinic.pk} {self.key.isoformat()}")

    @property
    def identity(self) -> Identity:
        return self.reason.value, self.event


def remind(now: datetime) -> int:
    """Create the reminders that have fallen due, each once per day and clinic; return their number.

    Finding them takes four queries, however many clinics there are.
    """
    due = [reminder for clinic in Clinic.objects.order_by("pk") for reminder in due_reminders(clinic, now)]
    created = Dispatch.objects.filter(event__in=[reminder.event for reminder in due])
    known = set(created.values_list("reason", "event"))
    missing = [reminder for reminder in due if reminder.identity not in known]
    alerts = alerts_of(missing)
    return sum(create(one, alerts[one.identity], now) for one in missing if alerts[one.identity])


def due_reminders(clinic: Clinic, now: datetime) -> Iterator[Reminder]:
    """Yield the reminders of a clinic that are due; an error is logged, so that other clinics are still reminded."""
    for find in (before_closing, routine_list):
        with isolated(logger, "%s failed for clinic %s", find.__name__, clinic.pk):
            if reminder := find(clinic, now):
                yield reminder


def before_closing(clinic: Clinic, now: datetime) -> Reminder | None:
    """Return the reminder of open same-day alerts within the last hour before closing."""
    closes = clinic.hours.closing_of_day(now)
    if closes is None or not closes - BEFORE_CLOSING <= now < closes:
        return None
    return Reminder(clinic=clinic, reason=Dispatch.Reason.CLOSING, key=closes, expires_at=closes)


def routine_list(clinic: Clinic, now: datetime) -> Reminder | None:
    """Return the list of new routine alerts of the working day, once the clinic has opened."""
    opening = clinic.hours.current(now)
    if opening is None:
        return None
    midnight = instant_on(now.astimezone(clinic.zone).date(), "00:00", clinic.zone)
    begins = opening.opens
    if opening.opens <= midnight:
        begins = instant_on(midnight.date(), MORNING, clinic.zone)
    if now < begins:
        return None
    ends = min(opening.closes, midnight + timedelta(days=1))
    return Reminder(clinic=clinic, reason=Dispatch.Reason.DIGEST, key=midnight, expires_at=ends)


def alerts_of(reminders: Sequence[Reminder]) -> Mapping[Identity, list[Alert]]:
    """Return the alerts that each of these reminders is about, in two queries."""
    found: dict[Identity, list[Alert]] = {reminder.identity: [] for reminder in reminders}
    alerts_by_reason = {
        Dispatch.Reason.CLOSING: Alert.objects.open().filter(level=Level.SAME_DAY.value),
        Dispatch.Reason.DIGEST: Alert.objects.filter(level=Level.ROUTINE.value, status=Alert.Status.NEW),
    }
    for reason, alerts in alerts_by_reason.items():
        clinics = {reminder.clinic.pk: reminder for reminder in reminders if reminder.reason == reason}
        for alert in alerts.filter(clinic__in=clinics):
            found[clinics[alert.clinic_id].identity].append(alert)
    return found


def create(reminder: Reminder, alerts: Sequence[Alert], now: datetime) -> bool:
    """Create the dispatch of a reminder; return False if another run was faster, or it failed, which is logged."""
    with isolated(logger, "%s failed for clinic %s", reminder.reason, reminder.clinic.pk):
        return create_once(reminder, alerts, now)
    return False


@transaction.atomic
def create_once(reminder: Reminder, alerts: Sequence[Alert], now: datetime) -> bool:
    """Create the dispatch of a reminder; return False if it exists."""
    dispatch, created = Dispatch.objects.get_or_create(
        reason=reminder.reason,
        event=reminder.event,
        turn=0,
        defaults={
            "clinic": reminder.clinic,
            "decided_at": now,
            "due_at": now,
            "expires_at": reminder.expires_at,
        },
    )
    if created:
        dispatch.alerts.set(alerts)
        nudge_after_commit()
    return created
