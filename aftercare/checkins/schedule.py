"""Planned check-ins of a recovery: daily to day 7, then further apart to week 16. Reporting is always possible.

Infections with mycobacteria and granulomas begin weeks or months after a treatment, so the plan outlasts the healing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEK = 7  # days
DAILY_UNTIL = WEEK
# Days after the procedure, by the clinic's calendar; the day of the procedure is day 0.
PLANNED_DAYS = (*range(DAILY_UNTIL + 1), 10, 14, 21, 28, 6 * WEEK, 8 * WEEK, 12 * WEEK, 16 * WEEK)
LAST_DAY = PLANNED_DAYS[-1]
Days = Sequence[int] | None
# From week 6 on, a form asks for emergency signs, the four symptoms and the signs alone.
LATE_FROM_H = 6 * WEEK * 24
# How long the last planned check-in stays due.
LATE_BY = timedelta(days=WEEK)


def is_late(hours: float) -> bool:
    """Return True at these hours since the procedure if the form asks less."""
    return hours >= LATE_FROM_H


def planned_dates(performed_at: datetime, zone: ZoneInfo, days: Days = None) -> list[date]:
    """Return the dates of all planned check-ins, in the clinic's zone, earliest first.

    `days`: the clinic's own days after the procedure, in order.
    """
    treated_on = performed_at.astimezone(zone).date()
    return [treated_on + timedelta(days=day) for day in days or PLANNED_DAYS]


def is_due(
    performed_at: datetime, last_at: datetime | None, now: datetime, zone: ZoneInfo, days: Days = None
) -> bool:
    """Return True if no check-in was submitted since the newest planned date."""
    today = now.astimezone(zone).date()
    planned = planned_dates(performed_at, zone, days)
    if today > planned[-1] + LATE_BY:
        return False
    newest = max((one for one in planned if one <= today), default=None)
    if newest is None:
        return False
    return last_at is None or last_at.astimezone(zone).date() < newest


def next_date(performed_at: datetime, now: datetime, zone: ZoneInfo, days: Days = None) -> date | None:
    """Return the first planned date after today; None after the last."""
    today = now.astimezone(zone).date()
    return next((one for one in planned_dates(performed_at, zone, days) if one > today), None)
