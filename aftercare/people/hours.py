"""A clinic's week: when somebody is there. All answers are aware instants; the week is in the clinic's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_WORDS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LOOK_AHEAD_DAYS = 14
ALWAYS_OPEN = {day: [["00:00", "24:00"]] for day in DAYS}
# For each day from Monday on, its stretches of being open.
Week = tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch of being open, as aware instants: from `opens` up to, not with, `closes`."""

    opens: datetime
    closes: datetime


def instant_on(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """The instant in UTC at which a clock in `zone` shows `clock` on `day`; "24:00" is the next midnight."""
    if clock == "24:00":
        return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


@lru_cache(maxsize=1024)
def openings_from(week: Week, zone: ZoneInfo, first: date) -> tuple[Opening, ...]:
    """The openings of two weeks from the day `first` on. Kept in memory: every page about whom to call asks."""
    found: list[Opening] = []
    for offset in range(LOOK_AHEAD_DAYS + 1):
        day = first + timedelta(days=offset)
        for opens, closes in week[day.weekday()]:
            stretch = Opening(instant_on(day, opens, zone), instant_on(day, closes, zone))
            if found and found[-1].closes == stretch.opens:
                found[-1] = Opening(found[-1].opens, stretch.closes)
            else:
                found.append(stretch)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week of opening hours: {"mon": [["09:00", "18:00"]], …} with absent or empty days closed."""

    week: dict[str, list[list[str]]]
    zone: ZoneInfo

    def openings(self, around: datetime) -> tuple[Opening, ...]:
        """The openings from the day before `around` to two weeks after, in order, joined where they touch."""
        first = around.astimezone(self.zone).date() - timedelta(days=1)
        week = tuple(tuple((opens, closes) for opens, closes in self.week.get(day, [])) for day in DAYS)
        return openings_from(week, self.zone, first)

    def current(self, now: datetime) -> Opening | None:
        """The opening that `now` falls in."""
        return next((o for o in self.openings(now) if o.opens <= now < o.closes), None)

    def next_opening(self, now: datetime) -> Opening | None:
        """The first opening that begins after `now`; None for a clinic without hours."""
        return next((o for o in self.openings(now) if o.opens > now), None)

    def is_always_open(self) -> bool:
        """Whether it is open day and night."""
        return all(self.week.get(day) == ALWAYS_OPEN[day] for day in DAYS)

    def rows(self) -> list[tuple[str, str]]:
        """(days, hours) for people to read, days with the same hours together: ("Mon, Wed", "09:00 to 18:00")."""
        days_by_hours: dict[str, list[str]] = {}
        for key, word in zip(DAYS, DAY_WORDS, strict=True):
            stretches = [f"{opens} to {closes}" for opens, closes in self.week.get(key, [])]
            days_by_hours.setdefault(", ".join(stretches) or "Closed", []).append(word)
        return [(", ".join(days), hours) for hours, days in days_by_hours.items()]


def validate_week(week: Any) -> None:
    """ValidationError unless `week` is a week of opening hours as above, each day's in order."""
    if not isinstance(week, dict) or set(week) - set(DAYS):
        raise ValidationError("Give opening hours by day: mon, tue, wed, thu, fri, sat, sun.")
    for day, stretches in week.items():
        last = "00:00"
        for stretch in stretches:
            if len(stretch) != 2 or not (last <= stretch[0] < stretch[1] <= "24:00"):
                raise ValidationError(f"{day}: give hours as 09:00 to 18:00, in order, not overlapping.")
            for clock in stretch:
                if clock != "24:00":
                    time.fromisoformat(clock)
            last = stretch[1]
