"""A check-in together with the earlier ones of its procedure."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from aftercare.triage.answers import MILD, Answers, EmergencySign, Sign, Symptom, Unwell
from aftercare.triage.courses import ExpectedCourse
from aftercare.triage.findings import Evidence
from aftercare.triage.limits import HOUR, Limits, hours, instant

Tick = Sign | Unwell | EmergencySign  # no word occurs in two groups
NO_TICKS: frozenset[Tick] = frozenset()
# Question and word of each tick, precomputed: attribute access on the enum is measurably slow.
TICKS: dict[Tick, tuple[str, str]] = {
    **{sign: ("signs", sign.value) for sign in Sign},
    **{tick: ("unwell", tick.value) for tick in Unwell},
    **{sign: ("emergency", sign.value) for sign in EmergencySign},
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A check-in in a series: ``key`` (id), the instant described, answers and expected course.

    ``course`` may be None only without a procedure. ``is_beside``: it belongs to a later procedure and is
    evaluated after this one as well, only by rules that use h or the series. Raise ValueError for a naive
    instant.
    """

    key: Hashable
    at: datetime
    answers: Answers
    course: ExpectedCourse | None = None
    is_beside: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", instant(self.at))


class Fired(NamedTuple):
    """Result of a rule that fires: its evidence, and the limit in hours that was passed."""

    evidence: tuple[Evidence, ...]
    limit_h: float | None = None


class Low(NamedTuple):
    """The lowest earlier value of a symptom, and the instant described."""

    value: int
    at: datetime


class Rise(NamedTuple):
    """The number of steps that a value lies above its low point."""

    steps: int
    value: int
    low: Low


class Moment:
    """Input of a rule: answers, hours since the procedure (h), earlier values."""

    __slots__ = (
        "answers",
        "at",
        "course",
        "earlier",
        "elapsed",
        "limits",
        "others",
        "performed_at",
        "rises",
        "since",
        "ticks",
    )

    def __init__(
        self,
        entry: Entry,
        others: Iterable[Entry],
        *,
        performed_at: datetime | None,
        limits: Limits,
    ) -> None:
        self.answers = answers = entry.answers
        self.at = entry.at
        self.limits = limits
        self.others = others
        self.earlier: list[Entry] | None = None
        self.rises: dict[Symptom, Rise | None] = {}
        self.ticks: frozenset[Tick] = NO_TICKS.union(
            answers.signs or NO_TICKS, answers.unwell or NO_TICKS, answers.emergency or NO_TICKS
        )
        self.performed_at: datetime | None = None
        self.elapsed: timedelta | None = None
        self.since: float | None = None
        self.course: ExpectedCourse | None = None
        if performed_at is not None:
            self._count_from(instant(performed_at), entry.course)

    def _count_from(self, performed_at: datetime, course: ExpectedCourse | None) -> None:
        # Described before the procedure: evaluated as without one.
        if self.at < performed_at:
            return
        if course is None:
            raise ValueError("a check-in after a procedure needs its expected course")
        self.performed_at = performed_at
        self.elapsed = self.at - performed_at
        self.since = self.elapsed / HOUR
        self.course = course

    def is_from(self, limit_h: float) -> bool:
        """Return h >= limit; False without a procedure."""
        return self.elapsed is not None and self.elapsed >= hours(limit_h)

    def is_past(self, limit_h: float) -> bool:
        """Return h > limit; False without a procedure."""
        return self.elapsed is not None and self.elapsed > hours(limit_h)

    def value(self, symptom: Symptom) -> int | None:
        value: int | None = getattr(self.answers, symptom)
        return value

    def seen(self, key: str, value: int | str | bool) -> Evidence:
        """Return evidence from this check-in."""
        return Evidence(key, value, self.at, self.since)

    def seen_tick(self, tick: Tick) -> Evidence:
        """Return evidence of a tick."""
        group, word = TICKS[tick]
        return Evidence(group, word, self.at, self.since)

    def ticked_from(self, tick: Tick, limit_h: float) -> Fired | None:
        """Fire if the patient ticked this at h >= limit; never without a procedure."""
        if tick in self.ticks and self.is_from(limit_h):
            return Fired((self.seen_tick(tick),), limit_h)
        return None

    def rise(self, symptom: Symptom) -> Rise | None:
        """Return the rise above the low point (S1); None if either value is unknown.

        A rise to mild is noise, so no low point is looked up for it.
        """
        if symptom not in self.rises:
            self.rises[symptom] = self._find_rise(symptom)
        return self.rises[symptom]

    def _find_rise(self, symptom: Symptom) -> Rise | None:
        value = self.value(symptom)
        if value is None or value <= MILD:
            return None
        low = self.low(symptom)
        return None if low is None else Rise(value - low.value, value, low)

    def seen_rise(self, symptom: Symptom, rise: Rise) -> tuple[Evidence, Evidence]:
        """Return evidence of a rise: its low point and the current value."""
        at = rise.low.at
        since = None if self.performed_at is None else (at - self.performed_at) / HOUR
        return Evidence(symptom, rise.low.value, at, since), self.seen(symptom, rise.value)

    def low(self, symptom: Symptom) -> Low | None:
        """Return the low point of a symptom (S1): None without an earlier value from ``settle_h`` hours on."""
        lowest: int | None = None
        at = self.at
        for entry in self._latest_first():
            value: int | None = getattr(entry.answers, symptom)
            if value is not None and (lowest is None or value < lowest):
                lowest, at = value, entry.at
        return None if lowest is None else Low(lowest, at)

    def _latest_first(self) -> list[Entry]:
        """Return the earlier check-ins that count, latest first: of equal low points staff see the latest."""
        if self.earlier is None:
            self.earlier = []
            if self.performed_at is not None:
                settled = self.performed_at + hours(self.limits.settle_h)
                counted = [entry for entry in self.others if settled <= entry.at < self.at]
                self.earlier = sorted(counted, key=attrgetter("at"), reverse=True)
        return self.earlier
