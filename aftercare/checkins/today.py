"""The first page of a patient: where the recovery stands, what holds now, and whether a check-in is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from aftercare.checkins.models import CheckIn
from aftercare.checkins.recovery import DAILY_UNTIL_H, WEEKLY_UNTIL_H
from aftercare.guidance.by_article import ArticleRow, by_article
from aftercare.guidance.course_words import Since
from aftercare.guidance.timeline import Timeline
from aftercare.people.contact import clock_word
from aftercare.people.models import Clinic, Patient, Procedure
from aftercare.ui.times import span_words

NOON, EVENING = 12, 18
WEEK = timedelta(days=7)
DAY_H = 24


@dataclass(frozen=True)
class Today:
    """`procedure`: the latest; `others`: the latest of each other area that is still healing; `last` submitted."""

    now: datetime
    patient: Patient
    procedure: Procedure | None
    others: list[Procedure]
    last: CheckIn | None

    @classmethod
    def of(cls, patient: Patient, now: datetime) -> Today:
        done = list(patient.procedures.filter(performed_at__lte=now).in_order().reverse())
        last = patient.check_ins.defer("advice").order_by("-submitted_at", "-number").first()
        return cls(now, patient, done[0] if done else None, still_healing(done, now), last)

    @property
    def hours(self) -> float | None:
        return self.procedure.hours_at(self.now) if self.procedure else None

    @property
    def since(self) -> str:
        """How long ago the procedure was."""
        return span_words(self.hours) if self.hours is not None else ""

    @property
    def day(self) -> int | None:
        """The day of the recovery, as elapsed: day 2 begins after 24 hours."""
        return None if self.hours is None else int(self.hours // DAY_H) + 1

    @cached_property
    def timeline(self) -> Timeline | None:
        """The recovery from the latest procedure on."""
        if self.procedure is None:
            return None
        since = Since(self.procedure.performed_at, self.now)
        return Timeline.of(self.patient.clinic, self.procedure.kind, since)

    @property
    def to_do(self) -> list[ArticleRow]:
        """What to do and to avoid at this hour."""
        return by_article(self.timeline.holding) if self.timeline else []

    @property
    def is_due(self) -> bool:
        """Daily to day 7, then weekly to day 28. Without a procedure nothing is due; reporting stays open."""
        if self.hours is None or self.hours > WEEKLY_UNTIL_H:
            return False
        if self.last is None:
            return True
        zone = self.patient.clinic.zone
        if self.hours <= DAILY_UNTIL_H:
            return self.last.submitted_at.astimezone(zone).date() < self.now.astimezone(zone).date()
        return self.last.submitted_at <= self.now - WEEK

    @property
    def title(self) -> str:
        """ "This evening’s check-in" """
        hour = self.now.astimezone(self.patient.clinic.zone).hour
        part = "morning" if hour < NOON else "afternoon" if hour < EVENING else "evening"
        return f"This {part}’s check-in"

    @property
    def read_when(self) -> str:
        return read_when(self.patient.clinic, self.now)


def still_healing(done: list[Procedure], now: datetime) -> list[Procedure]:
    """Of procedures, the latest first: the latest of each area but the first one's, up to day 28."""
    latest: dict[str, Procedure] = {}
    for procedure in done:
        latest.setdefault(procedure.area, procedure)
    return [one for one in list(latest.values())[1:] if one.hours_at(now) <= WEEKLY_UNTIL_H]


def read_when(clinic: Clinic, now: datetime) -> str:
    """When somebody reads check-ins: in opening hours, and no promise beyond those."""
    hours, local = clinic.hours, now.astimezone(clinic.zone)
    if hours.is_always_open():
        return "The clinic is open day and night."
    if opening := hours.current(now):
        return f"Someone reads check-ins until {clock_word(opening.closes.astimezone(clinic.zone), local)}."
    upcoming = hours.next_opening(now)
    if upcoming is None:
        return "The clinic is closed."
    opens = clock_word(upcoming.opens.astimezone(clinic.zone), local)
    return f"The clinic is closed. Someone reads check-ins from {opens}."
