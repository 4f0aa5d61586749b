"""The words for instants, to staff and to patients."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from aftercare.ui import times
from aftercare.ui.counting.sentences import ago

NOW = datetime(2026, 11, 23, 10, 22, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-1), "0 min"),
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=23), "23 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=2, minutes=2), "2 h 2 min"),
        (timedelta(hours=11, minutes=42), "11 h 42 min"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=1, hours=1, minutes=10), "1 day 1 h"),
        (timedelta(days=2, hours=19), "2 days 19 h"),
    ],
)
def test_an_age_is_said_in_its_two_largest_units(span: timedelta, words: str) -> None:
    assert times.spoken_age(span) == words


@pytest.mark.parametrize(
    ("instant", "sentence"),
    [
        (NOW - timedelta(seconds=59), "just now"),
        (NOW + timedelta(seconds=59), "just now"),
        (NOW - timedelta(minutes=1), "1 min ago"),
        (NOW - timedelta(hours=16, minutes=42), "16 h 42 min ago"),
        (NOW + timedelta(minutes=1), "in 1 min"),
        (NOW + timedelta(hours=5, minutes=38), "in 5 h 38 min"),
    ],
)
def test_an_age_says_whether_it_is_past_or_to_come(instant: datetime, sentence: str) -> None:
    assert ago(instant).words(NOW) == sentence


@pytest.mark.parametrize(
    ("span", "hours"),
    [
        (timedelta(minutes=29), 0),
        (timedelta(minutes=59), 0),
        (timedelta(hours=2, minutes=40), 2),
        (timedelta(hours=26, minutes=1), 26),
        (timedelta(hours=69, minutes=41), 69),
        (timedelta(hours=138), 138),
    ],
)
def test_hours_are_read_as_those_that_are_over(span: timedelta, hours: int) -> None:
    assert times.hours_between(NOW - span, NOW) == hours
    assert times.hours_words(span / timedelta(hours=1)) == f"{hours} hour{'' if hours == 1 else 's'}"


@pytest.mark.parametrize(
    ("instant", "clock"),
    [
        (datetime(2026, 11, 23, 9, 41, tzinfo=UTC), "09:41"),
        (datetime(2026, 11, 22, 22, 40, tzinfo=UTC), "Sun 22:40"),
        (datetime(2026, 11, 17, 0, 5, tzinfo=UTC), "Tue 00:05"),
        (datetime(2026, 11, 16, 23, 59, tzinfo=UTC), "16 Nov 23:59"),
        (datetime(2025, 11, 23, 9, 0, tzinfo=UTC), "23 Nov 2025 09:00"),
        (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), "Tue 09:00"),
    ],
)
def test_staff_read_a_clock_and_the_day_only_where_it_is_not_today(instant: datetime, clock: str) -> None:
    assert times.staff_clock(instant, NOW) == clock


@pytest.mark.parametrize(
    ("instant", "now", "words"),
    [
        (datetime(2026, 11, 22, 22, 40, tzinfo=UTC), NOW, "Sunday 22 November, 22:40"),
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), NOW, "Today, 00:00"),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), None, "Monday 23 November, 09:00"),
        (datetime(2025, 11, 23, 9, 0, tzinfo=UTC), NOW, "Sunday 23 November 2025, 09:00"),
    ],
)
def test_patients_read_a_weekday_and_a_clock(instant: datetime, now: datetime | None, words: str) -> None:
    assert times.patient_clock(instant, now) == words


def test_times_are_said_in_the_active_zone_and_today_is_the_day_there() -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight on 2 July in London
    with timezone.override(LONDON):
        assert times.patient_clock(late, late + timedelta(hours=1)) == "Today, 00:30"
        assert times.staff_clock(late, late - timedelta(hours=2)) == "Thu 00:30"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        times.patient_clock(datetime(2026, 11, 23, 9, 0))


def test_after_a_verb_today_is_a_clock_and_another_day_a_date() -> None:
    with timezone.override(LONDON):
        now = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
        assert times.at_clock(datetime(2026, 11, 25, 0, 12, tzinfo=UTC), now) == "at 00:12"
        assert times.at_clock(datetime(2026, 11, 24, 23, 40, tzinfo=UTC), now) == (
            "on Tuesday 24 November, 23:40"
        )
