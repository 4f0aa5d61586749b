"""The expected courses that a clinic shows and judges by now."""

from __future__ import annotations

from dataclasses import dataclass

from aftercare.guidance.models import ExpectedCourseSet
from aftercare.people.models import Clinic
from aftercare.triage import DEFAULT_COURSES, ExpectedCourse


@dataclass(frozen=True, slots=True)
class CurrentCourses:
    """`course` of one kind of procedure; `course_set` None: nobody has published any, the shipped ones hold."""

    course: ExpectedCourse
    course_set: ExpectedCourseSet | None

    @classmethod
    def of(cls, clinic: Clinic, kind: str) -> CurrentCourses:
        newest = ExpectedCourseSet.objects.current_of(clinic.pk)
        return cls(newest.course_of(kind) if newest else DEFAULT_COURSES[kind], newest)
