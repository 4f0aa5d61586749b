"""Marks of the operators and lots of treatments: equal marks of two reports mean a possible common cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from aftercare.people.models import Lot, Procedure

# Of the check-in, in the order of `Reported`.
COLUMNS = ("pk", "patient_id", "patient__clinic_id", "submitted_at", "procedure_id", "several_of")


class Reported(NamedTuple):
    """A check-in with the treatments that it is about."""

    check_in: UUID
    patient: UUID
    clinic: int
    submitted_at: datetime
    procedure: UUID | None
    several_of: tuple[str, ...] = ()

    @property
    def procedures(self) -> set[UUID]:
        own = {self.procedure} if self.procedure else set()
        return own | {UUID(one) for one in self.several_of}


def marks_of(reports: Collection[Reported]) -> dict[UUID, frozenset[str]]:
    """Return the marks of the treatments that each check-in is about, by its id; in two queries."""
    wanted = {procedure for report in reports for procedure in report.procedures}
    marks: defaultdict[UUID, set[str]] = defaultdict(set)
    procedures = Procedure.objects.filter(pk__in=wanted).exclude(operator=None)
    for procedure in procedures.select_related("operator__member"):
        assert procedure.operator is not None
        marks[procedure.pk].add(procedure.operator.person)
    for lot in Lot.objects.filter(procedure__in=wanted).only("procedure", "kind", "key"):
        marks[lot.procedure_id].add(lot.mark)
    return {
        report.check_in: frozenset().union(*(marks[procedure] for procedure in report.procedures))
        for report in reports
    }


def procedures_with(marks: Iterable[str]) -> list[QuerySet[Procedure]]:
    """Return the treatments that can have one of these marks at several clinics: by lot, and by account.

    An operator without an account is known at one clinic only.
    """
    keys: defaultdict[str, list[str]] = defaultdict(list)
    users = []
    for sort, *rest in (mark.split(" ") for mark in marks):
        if sort == "lot":
            keys[rest[0]].append(rest[1])
        elif sort == "user":
            users.append(int(rest[0]))
    found: list[QuerySet[Procedure]] = [
        Procedure.objects.filter(lots__kind=kind, lots__key__in=numbers) for kind, numbers in keys.items()
    ]
    if users:
        found.append(Procedure.objects.filter(operator__member__user__in=users))
    return found
