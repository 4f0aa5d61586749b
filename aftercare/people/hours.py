"""Opening hours of a clinic. Results are aware instants; the week is in the clinic's time zone."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
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
# Opening and closing times for each day from Monday on.
Week = tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """An interval of being open, as aware instants; `closes` is not included."""

    opens: datetime
    closes: datetime


def instant_on(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """Return the instant in UTC of the time `clock` on `day` in `zone`; "24:00" is the next midnight."""
    if clock == "24:00":
        return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


@lru_cache(maxsize=1024)
def openings_from(
    week: Week, closed_days: frozenset[str], zone: ZoneInfo, first: date
) -> tuple[Opening, ...]:
    """Return the openings from the day `first` on, in order, joined where they touch; cached.

    Covers two weeks and as many more days as are closed days, so that no holiday hides the next opening.
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
    """Yield two weeks of days, and as many more as are closed days."""
    closed_later = sum(day >= first.isoformat() for day in closed_days)
    for offset in range(LOOK_AHEAD_DAYS + closed_later + 1):
        yield first + timedelta(days=offset)


def openings_of_day(week: Week, closed_days: frozenset[str], zone: ZoneInfo, day: date) -> list[Opening]:
    """Return the openings of one date; empty on a closed day."""
    if day.isoformat() in closed_days:
        return []
    return [
        Opening(instant_on(day, opens, zone), instant_on(day, closes, zone))
        for opens, closes in week[day.weekday()]
    ]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Opening hours by weekday: {"mon": [["09:00", "18:00"]], …}; absent or empty days are closed."""

    week: dict[str, list[list[str]]]
    zone: ZoneInfo
    closed_days: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[Hashable, ...]:
        """All that the hours say, to compare and to keep what is made of them."""
        return self._week, self.closed_days, self.zone.key

    @property
    def _week(self) -> Week:
        """The week as a hashable value, for the cache of `openings_from`."""
        return tuple(tuple((opens, closes) for opens, closes in self.week.get(day, [])) for day in DAYS)

    def openings_on(self, day: date) -> list[Opening]:
        """Return the openings of one date; empty on a closed day."""
        return openings_of_day(self._week, self.closed_days, self.zone, day)

    def openings(self, around: datetime) -> tuple[Opening, ...]:
        """Return the openings from the day before `around` to two weeks after, in order, joined where they touch."""
        first = around.astimezone(self.zone).date() - timedelta(days=1)
        return openings_from(self._week, self.closed_days, self.zone, first)

    def current(self, now: datetime) -> Opening | None:
        """Return the opening at `now`, or None."""
        return next((o for o in self.openings(now) if o.opens <= now < o.closes), None)

    def next_opening(self, now: datetime) -> Opening | None:
        """Return the first opening after `now`; None for a clinic without hours."""
        return next((o for o in self.openings(now) if o.opens > now), None)

    def is_always_open(self) -> bool:
        """Return True if the clinic is open day and night."""
        return not self.closed_days and all(self.week.get(day) == ALWAYS_OPEN[day] for day in DAYS)

    def closing_of_day(self, now: datetime) -> datetime | None:
        """Return when the clinic closes on the date of `now`; None on a closed day or if it is open day and night."""
        openings = self.openings_on(now.astimezone(self.zone).date())
        if not openings or self.is_always_open():
            return None
        return openings[-1].closes

    def working_day_end(self, since: datetime, days: int) -> datetime | None:
        """Return the closing time of the `days`th working day from `since`; today counts while it lasts."""
        for day in days_from(since.astimezone(self.zone).date(), self.closed_days):
            openings = self.openings_on(day)
            if not openings or openings[-1].closes <= since:
                continue
            days -= 1
            if days == 0:
                return openings[-1].closes
        return None

    def rows(self) -> list[tuple[str, str]]:
        """Return rows (days, hours) to display, days with equal hours together: ("Mon, Wed", "09:00 to 18:00")."""
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
    """Raise ValidationError unless `week` has the shape above, with ordered times."""
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
    """Raise ValidationError unless `days` maps ISO dates to names: {"2026-12-25": "Christmas Day"}."""
    if not isinstance(days, dict):
        raise ValidationError(_("Give closed days by date."))
    for day, name in days.items():
        if not isinstance(name, str) or not is_date(day):
            raise ValidationError(_("Give closed days by date, such as 2026-12-25."))


def is_date(text: object) -> bool:
    """Return True for a date in ISO 8601."""
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
