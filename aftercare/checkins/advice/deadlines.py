"""By when the clinic calls back, and by when it must have confirmed that somebody has seen a check-in."""

from __future__ import annotations

from datetime import datetime, timedelta

from aftercare.people.hours import OpeningHours
from aftercare.triage import LIMITS, Level, Limits, acknowledge_by

CALL_WITHIN = timedelta(hours=4)  # by when a same-day call is promised, within opening hours
BEFORE_CLOSING = timedelta(minutes=30)
TOO_LATE = timedelta(hours=1)  # less than this to closing is too late for a call today
EVENING, MORNING = 18, 5


def today_or_tonight(local: datetime) -> str:
    """How people speak of the hours that are left, on a clock of the clinic."""
    return "Tonight" if local.hour >= EVENING or local.hour < MORNING else "Today"


def closed_until(hours: OpeningHours, now: datetime) -> str:
    """ "14:00", while it is closed for lunch: it opens again on the same day. Empty at any other time."""
    upcoming = None if hours.current(now) else hours.next_opening(now)
    if upcoming is None:
        return ""
    opens, local = upcoming.opens.astimezone(hours.zone), now.astimezone(hours.zone)
    was_open = any(stretch.closes <= now for stretch in hours.openings_on(local.date()))
    return f"{opens:%H:%M}" if was_open and opens.date() == local.date() else ""


def closed_words(hours: OpeningHours, now: datetime, otherwise: str = "The clinic is closed.") -> str:
    """That it is closed; over lunch until when."""
    until = closed_until(hours, now)
    return f"The clinic is closed until {until}." if until else otherwise


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
