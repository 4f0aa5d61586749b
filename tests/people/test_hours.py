"""A clinic's week: open now, opening next, over clock changes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from aftercare.people.hours import ALWAYS_OPEN, OpeningHours, validate_closed_days

LONDON = ZoneInfo("Europe/London")
NINE_TO_SIX = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
WEEK = OpeningHours(NINE_TO_SIX, LONDON)


def london(day: int, hour: int, minute: int = 0, *, month: int = 1) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("now", "opens", "closes"),
    [
        # Monday 12 January 2026.
        (london(12, 8, 59), None, None),
        (london(12, 9), london(12, 9), london(12, 18)),
        (london(12, 17, 59), london(12, 9), london(12, 18)),
        (london(12, 18), None, None),
        (london(17, 12), None, None),
    ],
)
def test_open_from_the_first_minute_up_to_the_last(
    now: datetime, opens: datetime | None, closes: datetime | None
) -> None:
    current = WEEK.current(now)

    assert (current and current.opens, current and current.closes) == (opens, closes)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (london(12, 8), london(12, 9)),
        (london(12, 9), london(13, 9)),
        (london(12, 20), london(13, 9)),
        # Friday evening, and the weekend.
        (london(16, 18), london(19, 9)),
        (london(18, 23, 59), london(19, 9)),
    ],
)
def test_the_next_opening_begins_after_now(now: datetime, opens: datetime) -> None:
    upcoming = WEEK.next_opening(now)

    assert upcoming
    assert upcoming.opens == opens


@pytest.mark.parametrize(
    ("friday", "monday", "utc_hour"),
    [
        # The last Fridays before the clocks go forward and back in London.
        (london(27, 19, month=3), (2026, 3, 30), 8),
        (london(23, 19, month=10), (2026, 10, 26), 9),
    ],
)
def test_after_a_clock_change_it_opens_by_the_new_clock(
    friday: datetime, monday: tuple[int, int, int], utc_hour: int
) -> None:
    upcoming = WEEK.next_opening(friday)

    assert upcoming
    assert upcoming.opens.astimezone(UTC) == datetime(*monday, utc_hour, tzinfo=UTC)


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 29, 23), (10, 25, 25), (6, 7, 24)])
def test_a_day_of_a_clock_change_is_open_for_its_elapsed_hours(month: int, day: int, hours: int) -> None:
    week = OpeningHours({"sun": [["00:00", "24:00"]]}, LONDON)

    current = week.current(london(day, 12, month=month))

    assert current
    assert (current.closes.astimezone(UTC) - current.opens.astimezone(UTC)).total_seconds() == hours * 3600


def test_the_hour_that_comes_twice_is_open_both_times() -> None:
    week = OpeningHours({"sun": [["01:30", "02:30"]]}, LONDON)

    twice = [datetime(2026, 10, 25, hour, 45, tzinfo=UTC) for hour in (0, 1, 2)]

    assert [week.current(instant) is not None for instant in twice] == [True, True, False]


def test_openings_that_touch_at_midnight_are_one() -> None:
    week = OpeningHours({"mon": [["18:00", "24:00"]], "tue": [["00:00", "06:00"]]}, LONDON)

    current = week.current(london(12, 23))

    assert current
    assert (current.opens, current.closes) == (london(12, 18), london(13, 6))


def test_a_lunch_break_closes() -> None:
    week = OpeningHours({"mon": [["09:00", "12:00"], ["13:00", "18:00"]]}, LONDON)

    assert week.current(london(12, 12, 30)) is None
    upcoming = week.next_opening(london(12, 12, 30))
    assert upcoming
    assert upcoming.opens == london(12, 13)


def test_the_week_is_in_the_clinics_zone() -> None:
    kolkata = OpeningHours(NINE_TO_SIX, ZoneInfo("Asia/Kolkata"))

    assert kolkata.current(datetime(2026, 1, 12, 3, 30, tzinfo=UTC))
    assert not kolkata.current(datetime(2026, 1, 12, 3, 29, tzinfo=UTC))


def test_a_clinic_without_hours_never_opens() -> None:
    closed = OpeningHours({}, LONDON)

    assert closed.current(london(12, 12)) is None
    assert closed.next_opening(london(12, 12)) is None
    assert closed.rows() == [("Mon, Tue, Wed, Thu, Fri, Sat, Sun", "Closed")]


def test_day_and_night_is_always_open() -> None:
    week = OpeningHours(ALWAYS_OPEN, LONDON)

    assert week.is_always_open()
    assert week.current(london(18, 3, 33))
    assert not WEEK.is_always_open()


def test_days_with_the_same_hours_are_read_together() -> None:
    week = {**NINE_TO_SIX, "tue": [["09:00", "12:00"], ["14:00", "20:00"]]}

    assert OpeningHours(week, LONDON).rows() == [
        ("Mon, Wed, Thu, Fri", "09:00 to 18:00"),
        ("Tue", "09:00 to 12:00, 14:00 to 20:00"),
        ("Sat, Sun", "Closed"),
    ]


class TestClosedDays:
    """Holidays: closed whatever the week says."""

    def test_on_a_closed_day_it_is_closed_and_opens_on_the_next_working_day(self) -> None:
        hours = OpeningHours(NINE_TO_SIX, LONDON, frozenset({"2026-01-12", "2026-01-13"}))

        assert hours.current(london(12, 12)) is None
        upcoming = hours.next_opening(london(12, 12))
        assert upcoming
        assert upcoming.opens == london(14, 9)

    def test_the_next_opening_is_found_behind_three_weeks_of_closed_days(self) -> None:
        closed = frozenset(f"2026-01-{day}" for day in range(12, 32))
        upcoming = OpeningHours(NINE_TO_SIX, LONDON, closed).next_opening(london(12, 12))

        assert upcoming
        assert upcoming.opens == london(2, 9, month=2)

    def test_a_closed_day_is_no_working_day(self) -> None:
        hours = OpeningHours(NINE_TO_SIX, LONDON, frozenset({"2026-01-13"}))

        assert hours.working_day_end(london(12, 12), 2) == london(14, 18)

    def test_a_clinic_with_a_closed_day_is_not_open_day_and_night(self) -> None:
        assert not OpeningHours(ALWAYS_OPEN, LONDON, frozenset({"2026-12-25"})).is_always_open()

    @pytest.mark.parametrize(
        ("now", "closes"),
        [
            (london(12, 3), london(12, 18)),
            (london(12, 20), london(12, 18)),
            (london(17, 12), None),
        ],
    )
    def test_the_day_closes_once(self, now: datetime, closes: datetime | None) -> None:
        assert WEEK.closing_of_day(now) == closes

    @pytest.mark.parametrize(
        "days", [["2026-12-25"], {"25.12.2026": "Christmas"}, {"2026-02-30": "Never"}, {"2026-12-25": 1}]
    )
    def test_what_is_no_date_is_refused(self, days: object) -> None:
        with pytest.raises(ValidationError):
            validate_closed_days(days)

    def test_dates_with_names_are_taken(self) -> None:
        validate_closed_days({"2026-12-25": "Christmas Day", "2026-12-26": ""})
