"""Deadlines of the clinic: the call to a same-day patient, and the confirmation that a check-in was seen."""

from __future__ import annotations

from datetime import datetime, timedelta

from aftercare.people.hours import OpeningHours
from aftercare.triage import LIMITS, Level, Limits, acknowledge_by

CALL_WITHIN = timedelta(hours=4)  # opening hours within which a same-day call is promised
BEFORE_CLOSING = timedelta(minutes=30)
TOO_LATE = timedelta(hours=1)  # less time than this before closing is too late for a call today
EVENING, MORNING = 18, 5


def today_or_tonight(local: datetime) -> str:
    """Return the words for the rest of the day: "today" or "tonight", on the clinic's clock."""
    return "Tonight" if local.hour >= EVENING or local.hour < MORNING else "Today"


def closed_until(hours: OpeningHours, now: datetime) -> str:
    """Return "14:00" while closed for lunch, when the clinic opens again on the same day; else ""."""
    upcoming = None if hours.current(now) else hours.next_opening(now)
    if upcoming is None:
        return ""
    opens, local = upcoming.opens.astimezone(hours.zone), now.astimezone(hours.zone)
    was_open = any(stretch.closes <= now for stretch in hours.openings_on(local.date()))
    return f"{opens:%H:%M}" if was_open and opens.date() == local.date() else ""


def closed_words(hours: OpeningHours, now: datetime, otherwise: str = "The clinic is closed.") -> str:
    """Return the sentence that the clinic is closed, over lunch with the time of opening."""
    until = closed_until(hours, now)
    return f"The clinic is closed until {until}." if until else otherwise


def call_by(hours: OpeningHours, since: datetime) -> datetime | None:
    """Return the time of a same-day call: within four opening hours and well before closing, on a half hour.

    If the clinic is closed, or it is too late today, counted from the next opening. None without opening hours.
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
    """Return the deadline for the clinic's confirmation; None below same_day."""
    if level is Level.SAME_DAY:
        return call_by(hours, submitted_at)
    return acknowledge_by(level, submitted_at, limits)
