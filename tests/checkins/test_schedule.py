"""Planned check-ins: the days, what is due, and the next one, by the clinic's calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aftercare.checkins.schedule import is_due, next_date, planned_dates

LONDON, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")
TREATED = datetime(2026, 3, 23, 10, tzinfo=LONDON)  # the clocks go forward six days later


def on(day: int, hour: int = 10, minute: int = 0) -> datetime:
    """An instant by the clock of London, `day` days after the procedure."""
    return datetime(2026, 3, 23, hour, minute, tzinfo=LONDON) + timedelta(days=day)


def test_the_plan_is_daily_for_a_week_and_ends_in_week_16() -> None:
    days = [(one - TREATED.date()).days for one in planned_dates(TREATED, LONDON)]
    assert days == [0, 1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 28, 42, 56, 84, 112]


@pytest.mark.parametrize("day", [0, 1, 7, 10, 14, 21, 28, 42, 56, 84, 112])
def test_a_planned_check_in_is_due_from_midnight_on(day: int) -> None:
    before = on(day) - timedelta(days=1)
    assert is_due(TREATED, before, on(day, 0, 1), LONDON)
    assert not is_due(TREATED, on(day, 0, 1), on(day, 23, 59), LONDON)
    assert day == 0 or not is_due(TREATED, before, on(day, 23, 59) - timedelta(days=1), LONDON)


def test_what_was_missed_stays_due_until_it_is_made_up_for() -> None:
    assert is_due(TREATED, on(5), on(9), LONDON)
    assert not is_due(TREATED, on(8), on(9), LONDON)


def test_the_last_one_is_due_for_a_week() -> None:
    assert is_due(TREATED, on(100), on(119), LONDON)
    assert not is_due(TREATED, on(100), on(120), LONDON)
    assert not is_due(TREATED, None, on(120), LONDON)


def test_the_next_date_lies_after_today() -> None:
    assert next_date(TREATED, on(0), LONDON) == date(2026, 3, 24)
    assert next_date(TREATED, on(6, 23, 59), LONDON) == date(2026, 3, 30)
    assert next_date(TREATED, on(7), LONDON) == date(2026, 4, 2)
    assert next_date(TREATED, on(112), LONDON) is None


def test_the_dates_are_those_of_the_clinic() -> None:
    evening = datetime(2026, 3, 23, 13, tzinfo=ZoneInfo("UTC"))
    assert planned_dates(evening, AUCKLAND)[0] == date(2026, 3, 24)
    assert planned_dates(evening, LONDON)[0] == date(2026, 3, 23)
