"""The expected courses that a case file assumes, limited to the engine's ceilings as a clinic's are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aftercare.triage import (
    DEFAULT_COURSES,
    SYMPTOMS,
    CourseError,
    ExpectedCourse,
    Symptom,
    SymptomCourse,
    sign_ceiling,
    symptom_ceilings,
)
from clinic.rehearsal.fields import CaseFileError, reject_unknown, require_list, require_object

SIGNS = ("bruise", "peeling", "spots")
COLUMNS = ("usual until", "tell us after", "tell us after if mild")


def read_courses(config: Mapping[str, Any]) -> tuple[Mapping[str, ExpectedCourse], list[str]]:
    """Read the courses of a file's `config`; the shipped courses where it has none.

    Each symptom is [usual until, tell us after, tell us after if mild], in hours. Hours above a ceiling are
    lowered to it; the second value lists them.
    """
    given = require_object(config.get("expected_course", {}), "config.expected_course")
    reject_unknown(given, DEFAULT_COURSES, "config.expected_course")
    limits = require_object(config.get("sign_limits_h", {}), "config.sign_limits_h")
    reject_unknown(limits, SIGNS, "config.sign_limits_h")
    lowered: list[str] = []
    signs = {
        f"{sign}_h": capped(hours, sign_ceiling(sign), f"config.sign_limits_h.{sign}", lowered)
        for sign, hours in limits.items()
    }
    courses = {}
    for kind, default in DEFAULT_COURSES.items():
        where = f"config.expected_course.{kind}"
        rows = require_object(given.get(kind, {}), where)
        reject_unknown(rows, SYMPTOMS, where)
        changes: dict[str, Any] = {
            symptom: symptom_course(hours, default, symptom, f"{where}.{symptom}", lowered)
            for symptom, hours in rows.items()
        }
        try:
            courses[kind] = replace(default, **changes, **signs)
        except CourseError as error:
            raise CaseFileError(f"{where}: {error}") from error
    return courses, lowered


def symptom_course(
    hours: object, default: ExpectedCourse, symptom: Any, where: str, lowered: list[str]
) -> SymptomCourse:
    """Read the row of one symptom. "Often by" is not in the file: it is capped at "usual until"."""
    row = require_list(hours, where)
    if len(row) != len(COLUMNS) or any(type(hour) not in (int, float) for hour in row):
        raise CaseFileError(f"{where} must be three numbers of hours, not {row!r}")
    named: Symptom = symptom
    row = [
        capped(hour, ceiling, f"{where}, {column}", lowered)
        for hour, ceiling, column in zip(row, symptom_ceilings(default.kind, named), COLUMNS, strict=True)
    ]
    often_by = default.of(named).often_by_h
    return SymptomCourse(None if often_by is None else min(often_by, row[0]), *row)


def capped(hours: Any, ceiling: float, where: str, lowered: list[str]) -> Any:
    """Return the hours, at most the ceiling. A value that is no number is returned unchanged and rejected later."""
    if type(hours) not in (int, float) or not hours > ceiling:
        return hours
    lowered.append(f"{where}: {hours!s:.20} hours are above the ceiling; {ceiling:g} are used.")
    return ceiling
