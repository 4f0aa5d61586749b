"""A patient's history as the engine takes it: one series of check-ins per procedure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from aftercare.checkins.models import CheckIn
from aftercare.checkins.models.hot_reads import check_ins_of
from aftercare.guidance.models import courses_of_set
from aftercare.people.models import Patient, Procedure
from aftercare.people.models.hot_reads import procedures_of
from aftercare.triage import DEFAULT_COURSES, Entry, ExpectedCourse

# Areas treated within two weeks of each other recover side by side.
SIDE_BY_SIDE = timedelta(hours=336)


@dataclass(frozen=True, slots=True)
class History:
    """A patient's procedures, oldest first, and check-ins in order of submission."""

    procedures: list[Procedure]
    check_ins: list[CheckIn]
    course_set_id: UUID | None

    @classmethod
    def of(cls, patient: Patient, course_set_id: UUID | None) -> History:
        """Load everything that a submission needs, in two queries."""
        return cls(
            procedures=procedures_of(patient),
            check_ins=check_ins_of(patient),
            course_set_id=course_set_id,
        )

    def procedure_at(self, instant: datetime) -> Procedure | None:
        """Return the latest procedure at or before `instant`, or None."""
        return next((p for p in reversed(self.procedures) if p.performed_at <= instant), None)

    def procedure(self, procedure_id: UUID | None) -> Procedure | None:
        """Return the patient's procedure with that id, or None."""
        if procedure_id is None:
            return None
        return next((p for p in self.procedures if p.pk == procedure_id), None)

    def check_in(self, check_in_id: UUID | None) -> CheckIn | None:
        """Return the patient's check-in with that id, or None."""
        if check_in_id is None:
            return None
        return next((c for c in self.check_ins if c.pk == check_in_id), None)

    def current_version(self, check_in: CheckIn) -> CheckIn:
        """Return the newest correction of `check_in`, or itself."""
        return newest_version(check_in, self.check_ins)

    def not_superseded(self) -> list[CheckIn]:
        """Return the check-ins without a correction, in order of submission."""
        superseded = {c.supersedes_id for c in self.check_ins}
        return [c for c in self.check_ins if c.pk not in superseded]

    def with_token(self, token: UUID) -> list[CheckIn]:
        """Return the check-ins of an idempotency key, oldest first."""
        return [c for c in self.check_ins if c.token == token]

    def procedures_of(self, check_in: CheckIn) -> tuple[Procedure | None, ...]:
        """Return the procedure of a check-in, and further ones that it is about."""
        own = self.procedure(check_in.procedure_id)
        if not check_in.several_of:
            return (own,)
        named = [p for p in self.procedures if str(p.pk) in check_in.several_of]
        return (own, *(p for p in side_by_side(named, check_in.observed_at) if p != own))

    def series(self, procedure: Procedure | None) -> list[Entry]:
        """Return the entries of a procedure's series, without superseded ones."""
        current = (c for c in self.not_superseded() if c.in_series)
        return [entry_of(c, procedure) for c in current if self.is_about(c, procedure)]

    def is_about(self, check_in: CheckIn, procedure: Procedure | None) -> bool:
        """Return True if a check-in counts in the series of a procedure."""
        if check_in.procedure_id == (procedure.pk if procedure else None):
            return True
        return bool(check_in.several_of) and procedure in self.procedures_of(check_in)


def newest_version(check_in: CheckIn, others: Iterable[CheckIn]) -> CheckIn:
    """Return the newest correction of `check_in` among `others`, or the check-in itself."""
    corrections = {other.supersedes_id: other for other in others if other.supersedes_id}
    while check_in.pk in corrections:
        check_in = corrections[check_in.pk]
    return check_in


def side_by_side(procedures: Iterable[Procedure], instant: datetime) -> list[Procedure]:
    """Return the latest procedure of each area at `instant`, the latest first, without those long before it.

    `procedures`: oldest first.
    """
    done = [procedure for procedure in procedures if procedure.performed_at <= instant]
    by_area = {area_key(procedure): procedure for procedure in done}
    return [
        procedure
        for procedure in reversed(done)
        if by_area[area_key(procedure)] is procedure
        and done[-1].performed_at - procedure.performed_at <= SIDE_BY_SIDE
    ]


def area_key(procedure: Procedure) -> str:
    """Return the area in normalised spelling."""
    return procedure.area.strip().casefold()


def entry_of(check_in: CheckIn, procedure: Procedure | None) -> Entry:
    """Return a check-in as an entry after a procedure, with the expected course that applied to it."""
    return Entry(
        key=check_in.pk,
        at=check_in.observed_at,
        answers=check_in.given,
        course=course_for(check_in.course_set_id, procedure),
        is_beside=procedure is not None and procedure.pk != check_in.procedure_id,
    )


def course_for(course_set_id: UUID | None, procedure: Procedure | None) -> ExpectedCourse | None:
    """Return the expected course of a procedure; the shipped default without a set."""
    if procedure is None:
        return None
    courses = courses_of_set(course_set_id) if course_set_id else DEFAULT_COURSES
    return courses[procedure.kind]


def without(entries: Iterable[Entry], *keys: UUID | None) -> list[Entry]:
    """Return the entries without those of these ids."""
    return [entry for entry in entries if entry.key not in keys]
