"""Daily reminders: open same-day alerts before closing, and the list of routine alerts after opening."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from aftercare.alerts.models import Alert, Dispatch
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.hours import instant_on
from aftercare.people.models import Clinic
from aftercare.triage import Level

logger = logging.getLogger(__name__)

BEFORE_CLOSING = timedelta(hours=1)
# Start of the working day at a clinic that is open at midnight.
MORNING = "09:00"


def remind(now: datetime) -> int:
    """Create the reminders that have fallen due, each once per day and clinic; return their number."""
    written = 0
    for clinic in Clinic.objects.order_by("pk"):
        written += attempt(remind_before_closing, clinic, now) + attempt(send_routine_list, clinic, now)
    return written


def attempt(act: Callable[[Clinic, datetime], bool], clinic: Clinic, now: datetime) -> bool:
    """Run `act` for one clinic, and log an error so that other clinics are still reminded."""
    try:
        return act(clinic, now)
    except Exception:
        logger.exception("%s failed for clinic %s", act.__name__, clinic.pk)
        return False


def remind_before_closing(clinic: Clinic, now: datetime) -> bool:
    """Remind of open same-day alerts, in one message, within the last hour before closing."""
    closes = clinic.hours.closing_of_day(now)
    if closes is None or not closes - BEFORE_CLOSING <= now < closes:
        return False
    alerts = list(clinic.alerts.open().filter(level=Level.SAME_DAY.value))
    return create_reminder_once(
        clinic, Dispatch.Reason.CLOSING, alerts, now=now, key=closes, expires_at=closes
    )


def send_routine_list(clinic: Clinic, now: datetime) -> bool:
    """Send the list of new routine alerts, in one message per working day, once the clinic has opened."""
    opening = clinic.hours.current(now)
    if opening is None:
        return False
    midnight = instant_on(now.astimezone(clinic.zone).date(), "00:00", clinic.zone)
    begins = opening.opens
    if opening.opens <= midnight:
        begins = instant_on(midnight.date(), MORNING, clinic.zone)
    if now < begins:
        return False
    ends = min(opening.closes, midnight + timedelta(days=1))
    alerts = list(clinic.alerts.filter(level=Level.ROUTINE.value, status=Alert.Status.NEW))
    return create_reminder_once(
        clinic, Dispatch.Reason.DIGEST, alerts, now=now, key=midnight, expires_at=ends
    )


@transaction.atomic
def create_reminder_once(
    clinic: Clinic,
    reason: Dispatch.Reason,
    alerts: list[Alert],
    *,
    now: datetime,
    key: datetime,
    expires_at: datetime,
) -> bool:
    """Create the dispatch for this clinic, reason and `key`; return False if it exists or there are no alerts."""
    if not alerts:
        return False
    dispatch, created = Dispatch.objects.get_or_create(
        reason=reason,
        event=uuid.uuid5(uuid.NAMESPACE_OID, f"{clinic.pk} {key.isoformat()}"),
        turn=0,
        defaults={"clinic": clinic, "decided_at": now, "due_at": now, "expires_at": expires_at},
    )
    if created:
        dispatch.alerts.set(alerts)
        nudge_after_commit()
    return created
