"""When reminders are due: the hour in the patient's zone, quiet hours, changes of clocks and zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from aftercare.checkins.reminders.planning import (
    LATE,
    Occasion,
    Sort,
    Times,
    current,
    instant_at,
    missed,
    next_instant,
    occasions,
)
from aftercare.checkins.schedule import planned_dates

DAY = date(2026, 3, 29)  # in Europe the clocks go forward in that night


def times(zone: str = "Europe/London", at: str = "18:00", quiet: str = "21:00-08:00") -> Times:
    quiet_from, quiet_until = map(time.fromisoformat, quiet.split("-"))
    return Times(
        at=time.fromisoformat(at), quiet_from=quiet_from, quiet_until=quiet_until, zone=ZoneInfo(zone)
    )


def on_day(day: date, **said: str) -> list[tuple[str, str]]:
    """Return sort and local time of the reminders of a day."""
    found = times(**said)
    around = datetime.combine(day, time(12), UTC)
    return [
        (str(one.sort), one.due_at.astimezone(found.zone).strftime("%d %H:%M"))
        for one in occasions([day], found, around)
    ]


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("Europe/London", "17:00"),  # summer time since the night
        ("Asia/Kathmandu", "12:15"),
        ("Pacific/Apia", "05:00"),
        ("Pacific/Honolulu", "04:00"),  # of the next day
        ("Asia/Kolkata", "12:30"),
        ("Australia/Lord_Howe", "07:00"),
        ("America/St_Johns", "20:30"),
    ],
)
def test_a_reminder_comes_at_the_patients_hour_by_the_clock_of_the_patients_zone(zone: str, utc: str) -> None:
    found = instant_at(DAY, time(18), ZoneInfo(zone))
    assert found.strftime("%H:%M") == utc
    assert found.astimezone(ZoneInfo(zone)).date() == DAY


@pytest.mark.parametrize(
    ("zone", "day", "shown", "utc"),
    [
        # The clocks go forward: 02:30 is left out, and the reminder comes an hour later.
        ("Europe/Berlin", date(2026, 3, 29), "03:30", "01:30"),
        ("America/New_York", date(2026, 3, 8), "03:30", "07:30"),
        # Back: of the two the first.
        ("Europe/Berlin", date(2026, 10, 25), "02:30", "00:30"),
        ("America/New_York", date(2026, 11, 1), "02:30", "07:30"),
        # No change in that night.
        ("Europe/London", date(2026, 10, 25), "02:30", "02:30"),
        ("Asia/Kathmandu", date(2026, 3, 29), "02:30", "20:45"),
    ],
)
def test_0230_on_the_night_of_the_clock_change_comes_once(zone: str, day: date, shown: str, utc: str) -> None:
    night_worker = {"zone": zone, "at": "02:30", "quiet": "09:00-17:00"}
    assert on_day(day, **night_worker)[0] == ("planned", f"{day:%d} {shown}")
    assert instant_at(day, time(2, 30), ZoneInfo(zone)).strftime("%H:%M") == utc


def test_an_hour_that_the_clock_moves_into_quiet_hours_waits_for_their_end() -> None:
    said = on_day(date(2026, 3, 29), zone="Europe/Berlin", at="02:30", quiet="03:00-10:00")
    assert said[0] == ("planned", "29 10:00")


@pytest.mark.parametrize(
    ("at", "follow_up"),
    [
        ("18:00", "29 20:00"),
        ("18:59", "30 08:30"),  # at 20:59 it would have a minute to be sent in
        ("19:30", "30 08:30"),
        ("08:00", "29 10:00"),
    ],
)
def test_the_follow_up_comes_two_hours_later_or_the_next_morning(at: str, follow_up: str) -> None:
    assert on_day(DAY, at=at) == [("planned", f"29 {at}"), ("follow_up", follow_up)]


def test_quiet_hours_hold_from_their_start_up_to_their_end() -> None:
    usual, at_day = times(), times(quiet="09:00-17:00")
    assert [usual.is_quiet_at(time(*one)) for one in ((20, 59), (21, 0), (0, 0), (7, 59), (8, 0))] == [
        *(False, True, True),
        *(True, False),
    ]
    assert [at_day.is_quiet_at(time(*one)) for one in ((8, 59), (9, 0), (16, 59), (17, 0), (2, 30))] == [
        *(False, True, True),
        *(False, False),
    ]


def test_a_late_reminder_is_dropped_and_of_several_only_the_newest_is_sent() -> None:
    found = occasions([DAY - timedelta(days=1), DAY], times(), datetime(2026, 3, 29, 12, tzinfo=UTC))
    planned = next(one for one in found if one.day == DAY and one.sort == Sort.PLANNED)
    assert current(found, planned.due_at) == planned
    assert current(found, planned.due_at + LATE - timedelta(seconds=1)) == planned
    assert current(found, planned.due_at + LATE) is None
    assert next_instant(found, planned.due_at) == planned.due_at + timedelta(hours=2)


def test_it_expires_when_the_quiet_hours_begin() -> None:
    [planned, _follow_up] = occasions([DAY], times(at="20:30"), datetime(2026, 3, 29, 12, tzinfo=UTC))
    assert planned.expires_at - planned.due_at == timedelta(minutes=30)


def test_a_date_that_a_zone_left_out_makes_one_reminder_of_two() -> None:
    # Samoa went from 29 to 31 December 2011.
    apia = times("Pacific/Apia")
    days = [date(2011, 12, 30), date(2011, 12, 31)]
    now = instant_at(days[1], time(18), apia.zone)
    found = occasions(days, apia, now)
    assert [one.due_at for one in found if one.sort == Sort.PLANNED] == [now, now]
    due = current(found, now)
    assert due is not None
    assert due.day == days[1]
    later = next_instant(found, now)
    assert later is not None
    assert later > now


def test_after_a_flight_the_same_day_comes_by_the_new_clock() -> None:
    in_london = occasions([DAY], times(), datetime(2026, 3, 29, 12, tzinfo=UTC))[0]
    in_tokyo = occasions([DAY], times("Asia/Tokyo"), datetime(2026, 3, 29, 12, tzinfo=UTC))[0]
    assert in_london.due_at - in_tokyo.due_at == timedelta(hours=8)
    assert in_london.day == in_tokyo.day


def test_days_are_counted_from_the_date_at_the_clinic() -> None:
    evening = datetime(2026, 3, 23, 13, tzinfo=UTC)
    assert planned_dates(evening, ZoneInfo("Pacific/Auckland"))[0] == date(2026, 3, 24)
    assert planned_dates(evening, ZoneInfo("Europe/London"), [1, 3]) == [date(2026, 3, 24), date(2026, 3, 26)]


def test_missed_days_are_counted_since_the_last_check_in() -> None:
    dates = [date(2026, 3, day) for day in (1, 2, 3, 6)]
    first = dates[0]
    assert missed(dates, dates[0], None, first) == 1
    assert missed(dates, dates[1], None, first) == 2
    assert missed(dates, dates[1], dates[0], first) == 1
    assert missed(dates, dates[3], date(2026, 3, 4), first) == 1
    assert missed(dates, dates[3], dates[3], first) == 0
    # Days before the procedure was recorded do not count.
    assert missed(dates, dates[2], None, dates[2]) == 1


def test_occasions_of_days_long_ago_are_not_computed() -> None:
    found: list[Occasion] = occasions(
        [DAY, DAY + timedelta(days=30)], times(), datetime(2026, 4, 28, tzinfo=UTC)
    )
    assert {one.day for one in found} == {DAY + timedelta(days=30)}
