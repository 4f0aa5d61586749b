"""The parts of a demo patient's story, and their order in time.

Hours are elapsed hours since the first treatment (`h`), except `performed_h`: hours before the moment of
seeding.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from aftercare.triage import Answers

# Tokens derive from the patient and the position, so that the same story gives the same rows.
TOKENS = uuid.UUID("8c5d1c3e-5a41-4be0-9a3c-6a3d0f2b7e10")
RECORDED_AFTER_H = 1 / 6
ENROLLED_BEFORE_H = 48.0
CALLED_AFTER_MIN = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    kind: str
    area: str
    h: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One check-in at `h`, and the nurse's response to the alerts that it raises.

    `acknowledged_min` and `closed_h` count from the check-in; None: not acknowledged, not closed.
    `described_h`: the instant that the check-in describes, if other than `h`. `area`: of the procedure that
    it names. `by_nurse`: entered on the telephone.
    """

    h: float
    answers: Answers
    acknowledged_min: float | None = None
    closed_h: float | None = None
    outcome: str = ""
    note: str = ""
    described_h: float | None = None
    area: str = ""
    by_nurse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One patient with one treatment or more, the first of them `performed_h` ago."""

    first_name: str
    last_name: str
    email: str
    born: date
    performed_h: float
    treatments: tuple[Treatment, ...]
    reports: tuple[Report, ...] = ()
    intake: tuple[str, ...] = ()
    call_back_hours: str = ""

    def performed_at(self, now: datetime) -> datetime:
        """Return the instant of the first treatment."""
        return now - timedelta(hours=self.performed_h)

    def token(self, position: int) -> uuid.UUID:
        """Return the idempotency key of the report at `position`."""
        return uuid.uuid5(TOKENS, f"{self.email} {position}")


class Enrolled(NamedTuple):
    pass


class Treated(NamedTuple):
    treatment: Treatment


class Reported(NamedTuple):
    report: Report
    token: uuid.UUID


class Acknowledged(NamedTuple):
    """The nurse acknowledges every waiting alert."""


class Called(NamedTuple):
    """The nurse reaches the patient on the telephone about the acknowledged alerts."""


class Closed(NamedTuple):
    """The nurse closes every open alert."""

    outcome: str


ACKNOWLEDGED, CALLED = Acknowledged(), Called()
Act = Enrolled | Treated | Reported | Acknowledged | Called | Closed


class Step(NamedTuple):
    """An act at an instant. Steps at the same instant keep the order of the story."""

    at: datetime
    order: int
    act: Act


def steps(story: Story, now: datetime) -> list[Step]:
    """Return the steps of the story up to `now`, in order."""
    first = story.performed_at(now)
    all_steps = [
        Step(first + timedelta(hours=h), order, act) for order, (h, act) in enumerate(timed_acts(story))
    ]
    return sorted(step for step in all_steps if step.at <= now)


def timed_acts(story: Story) -> Iterator[tuple[float, Act]]:
    """Yield each act with its hour, report by report."""
    yield -ENROLLED_BEFORE_H, Enrolled()
    for treatment in story.treatments:
        yield treatment.h + RECORDED_AFTER_H, Treated(treatment)
    for position, report in enumerate(story.reports):
        yield report.h, Reported(report, story.token(position))
        if report.acknowledged_min is not None:
            yield report.h + report.acknowledged_min / 60, ACKNOWLEDGED
            yield report.h + (report.acknowledged_min + CALLED_AFTER_MIN) / 60, CALLED
        if report.closed_h is not None:
            yield report.h + report.closed_h, Closed(report.outcome)
