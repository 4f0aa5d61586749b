"""Reads of check-ins that each check-in makes, compiled once; `aftercare.people.models.hot_reads` has the others."""

from __future__ import annotations

import uuid

from django.db.models import OuterRef, QuerySet, Subquery

from aftercare.checkins.models import CheckIn
from aftercare.database.compiled_queries import SAMPLE, CompiledQuery
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.people.models import Patient

# Columns of earlier check-ins that a submission needs; the long advice is left out.
READ = (
    "patient",
    "procedure",
    "several_of",
    "course_set",
    "token",
    "revision",
    "supersedes",
    "submitted_at",
    "observed_at",
    "stated_at",
    "filled_in_at",
    "in_series",
    "answers",
    "note",
    "unreadable",
    "level",
)


def locked(patient: uuid.UUID) -> QuerySet[Patient]:
    """Lock the patient's row alone; `course_set_id`: the newest expected courses of the clinic."""
    sets = ExpectedCourseSet.objects.filter(clinic=OuterRef("clinic")).order_by("-version")
    rows = Patient.objects.select_for_update(of=("self",)).filter(pk=patient)
    found: QuerySet[Patient] = rows.annotate(course_set_id=Subquery(sets.values("pk")[:1])).only("at_risk")
    return found


def check_ins(patient: uuid.UUID) -> QuerySet[CheckIn]:
    return CheckIn.objects.filter(patient=patient).only(*READ).order_by("number")


def newest(patient: uuid.UUID) -> QuerySet[CheckIn]:
    """The newest check-in in a series, by the instant described."""
    in_series = CheckIn.objects.filter(patient=patient, in_series=True).not_superseded()
    found: QuerySet[CheckIn] = in_series.newest_first().only(
        "answers", "observed_at", "patient", "procedure", "several_of"
    )
    return found[:1]


lock_patients = CompiledQuery(locked, patient=SAMPLE)
find_check_ins = CompiledQuery(check_ins, patient=SAMPLE)
find_newest = CompiledQuery(newest, patient=SAMPLE)


# Of a locked patient: the current risk, and the clinic's newest expected courses.
Locked = tuple[bool, uuid.UUID | None]


def lock_patient(patient: Patient) -> Locked:
    """Lock the patient's row until the transaction ends; return the current risk and the clinic's expected courses.

    Raise Patient.DoesNotExist if the row is gone.
    """
    for row in lock_patients(patient=patient.pk):
        return row.at_risk, getattr(row, "course_set_id", None)
    raise Patient.DoesNotExist


def check_ins_of(patient: Patient) -> list[CheckIn]:
    """Return the patient's check-ins in order of submission, each with `patient`, without their advice."""
    found = find_check_ins(patient=patient.pk)
    for check_in in found:
        check_in.patient = patient
    return found


def newest_in_series(patient: Patient) -> CheckIn | None:
    """Return the newest check-in in any series of the patient's, by the instant described, or None."""
    for check_in in find_newest(patient=patient.pk):
        check_in.patient = patient
        return check_in
    return None
