"""Timeline of a recovery: what often happens, how long it lasts, what to do and avoid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.guidance.courses.course_texts import (
    CourseLine,
    SignLine,
    Since,
    course_lines,
    sign_lines,
    span,
)
from aftercare.guidance.courses.current_courses import CurrentCourses
from aftercare.guidance.instructions.clinic_instructions import ClinicInstruction, all_for, do_first
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.guidance.timeline.recovery_phases import RECOVERY_PHASES, RecoveryPhase, warning_signs
from aftercare.people.models import Clinic
from aftercare.ui.course import SPAN_H
from aftercare.ui.moments import day_part

DAY_H = 24
NOON = time(12)
EDGE_H = 3  # closer to an end of the bars, the name of a day would not fit


@dataclass(frozen=True, slots=True)
class TimelineInstruction:
    """An instruction with its hours in words."""

    text: str
    is_do: bool
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineStep:
    """A phase of the timeline.

    `begins`: "" if past, or for everybody. `lines`: the instructions that begin in the phase; in the reader's
    current phase all that apply. `goes_on`: earlier instructions still apply.
    """

    phase: RecoveryPhase
    is_now: bool
    begins: str
    lines: tuple[TimelineInstruction, ...]
    goes_on: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The timeline for everybody (`since` None), or after a procedure."""

    kind: str
    since: Since | None
    steps: tuple[TimelineStep, ...]
    courses: tuple[CourseLine, ...]
    signs: tuple[SignLine, ...]
    course_set: ExpectedCourseSet | None
    instructions: tuple[ClinicInstruction, ...]

    @classmethod
    def of(cls, clinic: Clinic, kind: str, since: Since | None = None) -> Timeline:
        now = CurrentCourses.of(clinic, kind)
        instructions = tuple(do_first(all_for(clinic, kind)))
        return cls(
            kind=kind,
            since=since,
            steps=tuple(step(phase, since, instructions) for phase in RECOVERY_PHASES),
            courses=tuple(course_lines(now.course, since)),
            signs=tuple(sign_lines(now.course, since)),
            course_set=now.course_set,
            instructions=instructions,
        )

    @property
    def now(self) -> TimelineStep | None:
        """The reader's current phase."""
        return next((step for step in self.steps if step.is_now), None)

    @property
    def warnings(self) -> list[str]:
        """Warning signs: of the current phase, or for everybody all."""
        steps = [self.now] if self.now else self.steps
        return list(dict.fromkeys(sign for step in steps for sign in step.warnings))

    @property
    def past(self) -> list[TimelineStep]:
        return [step for step in self.steps if self.is_behind(step)]

    @property
    def ahead(self) -> list[TimelineStep]:
        return [step for step in self.steps if not step.is_now and not self.is_behind(step)]

    def is_behind(self, step: TimelineStep) -> bool:
        ends = step.phase.until_h
        return self.since is not None and ends is not None and ends <= self.since.hours

    @property
    def bar_now_h(self) -> float | None:
        """Position of "Now" on the bars, in hours."""
        return self.since.hours if self.since else None

    @property
    def has_bars(self) -> bool:
        """False once the current hour is beyond the end of the bars."""
        return self.since is None or self.since.hours <= SPAN_H

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Days above the bars: numbers for everybody, weekdays after a procedure."""
        if self.since is None:
            days = range(1, int(SPAN_H / DAY_H) + 1)
            return [(DAY_H * day - DAY_H / 2, _("Day %(number)s") % {"number": day}) for day in days]
        return list(noons(self.since.performed_at))

    @property
    def holding(self) -> list[ClinicInstruction]:
        """Instructions that apply to the reader now; none for everybody."""
        since = self.since
        return [one for one in self.instructions if since and one.holds_at(since.hours)]


def step(
    phase: RecoveryPhase, since: Since | None, instructions: Iterable[ClinicInstruction]
) -> TimelineStep:
    is_now = since is not None and phase.holds_at(max(since.hours, 0))
    here = [one for one in instructions if meets(one, phase) and not is_over(one, since)]
    new = [one for one in here if one.from_hour >= phase.from_h]
    return TimelineStep(
        phase=phase,
        is_now=is_now,
        begins=begins(phase, since),
        lines=tuple(
            TimelineInstruction(one.text, one.is_do, when(one, since)) for one in (here if is_now else new)
        ),
        goes_on=not is_now and len(new) < len(here),
        warnings=tuple(warning_signs(phase)),
    )


def meets(instruction: ClinicInstruction, phase: RecoveryPhase) -> bool:
    """Return True if the instruction applies at any hour of the phase."""
    starts_before_end = phase.until_h is None or instruction.from_hour < phase.until_h
    return starts_before_end and (instruction.until_hour is None or instruction.until_hour > phase.from_h)


def is_over(instruction: ClinicInstruction, since: Since | None) -> bool:
    ends = instruction.until_hour
    return since is not None and ends is not None and ends <= since.hours


def when(instruction: ClinicInstruction, since: Since | None) -> str:
    """Return its hours: as durations for everybody, as days after a procedure; "" if it always applies."""
    first, last = instruction.from_hour, instruction.until_hour
    if since is None:
        return when_after_treatment(span(first) if first else "", "" if last is None else span(last))
    begins = since.until(first) if first > since.hours else ""
    ends = since.until(last) if last is not None and last > since.hours else ""
    named = {"begins": begins, "ends": ends}
    if begins and ends:
        return _("from %(begins)s until %(ends)s") % named
    if begins:
        return _("from %(begins)s") % named
    return _("until %(ends)s") % named if ends else ""


def when_after_treatment(begins: str, ends: str) -> str:
    named = {"begins": begins, "ends": ends}
    if begins and ends:
        return _("from %(begins)s until %(ends)s after treatment") % named
    if begins:
        return _("from %(begins)s after treatment") % named
    return _("until %(ends)s after treatment") % named if ends else ""


def begins(phase: RecoveryPhase, since: Since | None) -> str:
    """Return "from Friday evening" for a coming phase."""
    if since is None or phase.from_h <= since.hours:
        return ""
    begins = day_part(since.performed_at + timedelta(hours=phase.from_h), since.now)
    return _("from %(begins)s") % {"begins": begins}


def noons(performed_at: datetime) -> Iterator[tuple[float, str]]:
    """Yield (hours since the procedure, weekday) for each local noon on the bars."""
    first = timezone.localtime(performed_at)
    for day in range(int(SPAN_H / DAY_H) + 1):
        noon = datetime.combine(first.date() + timedelta(days=day), NOON, first.tzinfo)
        hours = (noon - performed_at).total_seconds() / 3600
        if EDGE_H <= hours <= SPAN_H - EDGE_H:
            yield hours, date_format(noon, pgettext("date format", "D"))
