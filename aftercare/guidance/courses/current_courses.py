"""Current expected courses of a clinic."""

from __future__ import annotations

from dataclasses import dataclass

from aftercare.guidance.models import ExpectedCourseSet
from aftercare.people.models import Clinic
from aftercare.triage import DEFAULT_COURSES, ExpectedCourse


@dataclass(frozen=True, slots=True)
class CurrentCourses:
    """The `course` of a kind of procedure; `course_set` is None if the shipped defaults apply."""

    course: ExpectedCourse
    course_set: ExpectedCourseSet | None

    @classmethod
    def of(cls, clinic: Clinic, kind: str) -> CurrentCourses:
        newest = ExpectedCourseSet.objects.current_of(clinic.pk)
        return cls(newest.course_of(kind) if newest else DEFAULT_COURSES[kind], newest)
