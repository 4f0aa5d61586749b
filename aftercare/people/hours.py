"""A clinic's week: when somebody is there. All answers are aware instants; the week is in the clinic's zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
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
def openings_from(
    week: Week, closed_days: frozenset[str], zone: ZoneInfo, first: date
) -> tuple[Opening, ...]:
    """The openings from the day `first` on. Kept in memory: every page about whom to call asks.

    Two weeks of days, and as many more as are closed days, so that no holiday hides the next opening.
    """
    found: list[Opening] = []
    for day in days_from(first, closed_days):
        for opening in openings_of_day(week, closed_days, zone, day):
            if found and found[-1].closes == opening.opens:
                found[-1] = Opening(found[-1].opens, opening.closes)
            else:
                found.append(opening)
    return tuple(found)


def days_from(first: date, closed_days: frozenset[str]) -> Iterator[date]:
    """Two weeks of days, and as many more as are closed days."""
    closed_later = sum(day >= first.isoformat() for day in closed_days)
    for offset in range(LOOK_AHEAD_DAYS + closed_later + 1):
        yield first + timedelta(days=offset)


def openings_of_day(week: Week, closed_days: frozenset[str], zone: ZoneInfo, day: date) -> list[Opening]:
    """When it is open on one day of the calendar; empty on a closed day."""
    if day.isoformat() in closed_days:
        return []
    return [
        Opening(instant_on(day, opens, zone), instant_on(day, closes, zone))
        for opens, closes in week[day.weekday()]
    ]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week of opening hours: {"mon": [["09:00", "18:00"]], …} with absent or empty days closed."""

    week: dict[str, list[list[str]]]
    zone: ZoneInfo
    closed_days: frozenset[str] = frozenset()

    @property
    def _week(self) -> Week:
        """The week in a form that can be a key of the memory of `openings_from`."""
        return tuple(tuple((opens, closes) for opens, closes in self.week.get(day, [])) for day in DAYS)

    def openings_on(self, day: date) -> list[Opening]:
        """When it is open on one day of the calendar; empty on a closed day."""
        return openings_of_day(self._week, self.closed_days, self.zone, day)

    def openings(self, around: datetime) -> tuple[Opening, ...]:
        """The openings from the day before `around` to two weeks after, in order, joined where they touch."""
        first = around.astimezone(self.zone).date() - timedelta(days=1)
        return openings_from(self._week, self.closed_days, self.zone, first)

    def current(self, now: datetime) -> Opening | None:
        """The opening that `now` falls in."""
        return next((o for o in self.openings(now) if o.opens <= now < o.closes), None)

    def next_opening(self, now: datetime) -> Opening | None:
        """The first opening that begins after `now`; None for a clinic without hours."""
        return next((o for o in self.openings(now) if o.opens > now), None)

    def is_always_open(self) -> bool:
        """Whether it is open day and night."""
        return not self.closed_days and all(self.week.get(day) == ALWAYS_OPEN[day] for day in DAYS)

    def closing_of_day(self, now: datetime) -> datetime | None:
        """When it closes for the day that `now` falls on; None on a day without opening, or day and night."""
        openings = self.openings_on(now.astimezone(self.zone).date())
        if not openings or self.is_always_open():
            return None
        return openings[-1].closes

    def working_day_end(self, since: datetime, days: int) -> datetime | None:
        """The closing time of the `days`th working day from `since` on, its own included while it lasts."""
        for day in days_from(since.astimezone(self.zone).date(), self.closed_days):
            openings = self.openings_on(day)
            if not openings or openings[-1].closes <= since:
                continue
            days -= 1
            if days == 0:
                return openings[-1].closes
        return None

    def rows(self) -> list[tuple[str, str]]:
        """(days, hours) for people to read, days with the same hours together: ("Mon, Wed", "09:00 to 18:00")."""
        days_by_hours: dict[str, list[str]] = {}
        for number, key in enumerate(DAYS):
            openings = [
                _("%(opens)s to %(closes)s") % {"opens": opens, "closes": closes}
                for opens, closes in self.week.get(key, [])
            ]
            said = ", ".join(openings) or pgettext("of a day", "Closed")
            days_by_hours.setdefault(said, []).append(str(WEEKDAYS_ABBR[number]))
        return [(", ".join(days), hours) for hours, days in days_by_hours.items()]


def validate_week(week: Any) -> None:
    """ValidationError unless `week` is a week of opening hours as above, each day's in order."""
    if not isinstance(week, dict) or set(week) - set(DAYS):
        raise ValidationError(_("Give opening hours by day: mon, tue, wed, thu, fri, sat, sun."))
    for day, openings in week.items():
        last = "00:00"
        for opening in openings:
            if len(opening) != 2 or not (last <= opening[0] < opening[1] <= "24:00"):
                raise ValidationError(
                    _("%(day)s: give hours as 09:00 to 18:00, in order, not overlapping.") % {"day": day}
                )
            for clock in opening:
                if clock != "24:00":
                    time.fromisoformat(clock)
            last = opening[1]


def validate_closed_days(days: Any) -> None:
    """ValidationError unless `days` names dates, each with what it is: {"2026-12-25": "Christmas Day"}."""
    if not isinstance(days, dict):
        raise ValidationError(_("Give closed days by date."))
    for day, name in days.items():
        if not isinstance(name, str) or not is_date(day):
            raise ValidationError(_("Give closed days by date, such as 2026-12-25."))


def is_date(text: object) -> bool:
    """Whether it is a date as ISO 8601 writes it."""
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
