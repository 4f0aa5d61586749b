"""By when an alert should be answered: minutes for emergency and urgent, working days below."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from aftercare.people.hours import ALWAYS_OPEN, OpeningHours
from clinic.queue.deadlines import wedge
from tests.factories import WEEKDAYS

LONDON = ZoneInfo("Europe/London")
OPEN = OpeningHours(WEEKDAYS, LONDON)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("since", "days", "until"),
    [
        ("2026-01-12T10:00", 1, "2026-01-12T18:00"),  # Monday: the same day
        ("2026-01-12T06:00", 1, "2026-01-12T18:00"),  # before opening counts for the day
        ("2026-01-12T18:00", 1, "2026-01-13T18:00"),  # at closing it is too late
        ("2026-01-16T19:00", 1, "2026-01-19T18:00"),  # Friday evening: Monday
        ("2026-01-16T15:30", 2, "2026-01-19T18:00"),  # Friday counts as the first of two
        ("2026-01-17T11:00", 2, "2026-01-20T18:00"),  # Saturday: Monday and Tuesday
        ("2026-03-27T19:00", 1, "2026-03-30T18:00"),  # over the change to summer time
    ],
)
def test_the_answer_is_due_when_the_working_day_ends(since: str, days: int, until: str) -> None:
    assert OPEN.working_day_end(local(since), days) == local(until)


def test_a_clinic_that_never_closes_answers_by_midnight() -> None:
    hours = OpeningHours(ALWAYS_OPEN, ZoneInfo("UTC"))
    assert hours.working_day_end(datetime(2026, 1, 12, 10, tzinfo=UTC), 1) == datetime(
        2026, 1, 13, tzinfo=UTC
    )


def test_without_opening_hours_nothing_is_promised() -> None:
    assert OpeningHours({}, LONDON).working_day_end(local("2026-01-12T10:00"), 1) is None


@pytest.mark.parametrize(
    ("share", "path"),
    [
        (0.25, "M12 12V5A7 7 0 0 1 19.0 12.0z"),
        (0.75, "M12 12V5A7 7 0 1 1 5.0 12.0z"),
        (0.0, "M12 12V5A7 7 0 0 1 12.4 5.0z"),
        (1.0, "M12 12V5A7 7 0 1 1 11.6 5.0z"),
    ],
)
def test_the_pie_of_the_clock_fills_clockwise(share: float, path: str) -> None:
    assert wedge(share) == path
