"""When a patient is reminded: pure functions of the plan, the zone and the instant.

A planned day is a date by the patient's calendar; the reminder comes at the patient's hour in the patient's zone. An
hour that the clock leaves out that night comes an hour later, one that it shows twice comes at the first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aftercare.checkins.models import Reminder

Sort = Reminder.Sort
# Later than this after it was due, a reminder is dropped.
LATE = timedelta(hours=1)
# How long after the first reminder of a day the follow-up comes, where that is not quiet …
FOLLOW_UP_AFTER = timedelta(hours=2)
# … else so long after the quiet hours.
AFTER_QUIET = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """The patient's hour, quiet hours and zone."""

    at: time
    quiet_from: time
    quiet_until: time
    zone: ZoneInfo

    def is_quiet(self, instant: datetime) -> bool:
        """Return True in the quiet hours; their end is not quiet."""
        return self.is_quiet_at(instant.astimezone(self.zone).time())

    def is_quiet_at(self, clock: time) -> bool:
        """Return True if this time of day is within the quiet hours."""
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until

    def quiet_after(self, instant: datetime) -> datetime:
        """Return when the next quiet hours begin."""
        return self.next_at(self.quiet_from, instant)

    def next_at(self, clock: time, after: datetime) -> datetime:
        """Return the first instant after `after` at which the clock shows `clock`."""
        day = after.astimezone(self.zone).date()
        found = (instant_at(one, clock, self.zone) for one in (day, day + DAY, day + 2 * DAY))
        return next(one for one in found if one > after)


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Occasion:
    """A reminder that is due at an instant, unless it is not needed; dropped if it was not sent until it expires."""

    due_at: datetime
    expires_at: datetime
    day: date
    sort: str


def instant_at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant in UTC at which a clock in `zone` shows `clock` on `day`.

    A time that is left out when clocks go forward is the same span after midnight; of two the first.
    """
    return datetime.combine(day, clock, zone).astimezone(UTC)


def occasions(dates: Collection[date], times: Times, around: datetime) -> list[Occasion]:
    """Return the reminders of these dates from two days before `around` on, in order of their instants."""
    earliest = around.astimezone(times.zone).date() - 2 * DAY
    found = [one for day in dates if day >= earliest for one in occasions_of(day, times)]
    return sorted(found)


def occasions_of(day: date, times: Times) -> Iterator[Occasion]:
    """Yield the planned reminder of a date, and its follow-up; none in the quiet hours."""
    due_at = instant_at(day, times.at, times.zone)
    if times.is_quiet(due_at):
        # The hour was chosen outside of the quiet hours, but the clock goes over it that night.
        due_at = times.next_at(times.quiet_until, due_at)
    yield occasion(due_at, day, Sort.PLANNED, times)
    follow_up = due_at + FOLLOW_UP_AFTER
    if times.is_quiet(follow_up) or times.quiet_after(due_at) <= follow_up + MINUTE:
        follow_up = times.next_at(times.quiet_until, due_at) + AFTER_QUIET
    if not times.is_quiet(follow_up):
        yield occasion(follow_up, day, Sort.FOLLOW_UP, times)


def occasion(due_at: datetime, day: date, sort: str, times: Times) -> Occasion:
    expires_at = min(due_at + LATE, times.quiet_after(due_at))
    return Occasion(due_at=due_at, expires_at=expires_at, day=day, sort=sort)


def current(found: Collection[Occasion], now: datetime) -> Occasion | None:
    """Return the newest reminder that is due and has not expired: never a burst of several."""
    due = [one for one in found if one.due_at <= now < one.expires_at]
    return max(due, default=None)


def next_instant(found: Collection[Occasion], now: datetime) -> datetime | None:
    """Return when the next reminder is due; None after the last."""
    return min((one.due_at for one in found if one.due_at > now), default=None)


def missed(dates: Collection[date], day: date, last: date | None, since: date) -> int:
    """Return how many planned dates up to `day` passed without a check-in, that one included.

    `last`: date of the newest check-in. `since`: the first date that counts.
    """
    return sum(1 for one in dates if since <= one <= day and (last is None or last < one))
