"""By when the clinic calls back, and by when it must have confirmed that somebody has seen a check-in."""

from __future__ import annotations

from datetime import datetime, timedelta

from aftercare.people.hours import OpeningHours
from aftercare.triage import LIMITS, Level, Limits, acknowledge_by

CALL_WITHIN = timedelta(hours=4)  # by when a same-day call is promised, within opening hours
BEFORE_CLOSING = timedelta(minutes=30)
TOO_LATE = timedelta(hours=1)  # less than this to closing is too late for a call today


def call_by(hours: OpeningHours, since: datetime) -> datetime | None:
    """By when a same-day call comes: within four hours of opening time and well before closing, on a half hour.

    Closed, or too late for a call today: counted from the next opening. None for a clinic without hours.
    """
    opening = hours.current(since)
    start = since
    if opening is None or opening.closes - since < TOO_LATE:
        opening = hours.next_opening(since)
        if opening is None:
            return None
        start = opening.opens
    latest = max(start, min(start + CALL_WITHIN, opening.closes - BEFORE_CLOSING)).astimezone(hours.zone)
    return latest.replace(minute=30 if latest.minute >= 30 else 0, second=0, microsecond=0)


def confirm_by(
    level: Level, hours: OpeningHours, submitted_at: datetime, limits: Limits = LIMITS
) -> datetime | None:
    """By when the clinic must have confirmed; None below same day."""
    if level is Level.SAME_DAY:
        return call_by(hours, submitted_at)
    return acknowledge_by(level, submitted_at, limits)
