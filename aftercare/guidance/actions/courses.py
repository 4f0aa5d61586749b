"""Publication of expected courses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from aftercare.guidance.models import ExpectedCourseRow, ExpectedCourseSet
from aftercare.people.models import Clinic, User
from aftercare.triage import DEFAULT_COURSES, SYMPTOMS, ExpectedCourse

# Source statements of each row (domain specification, section A).
SOURCES = {
    "redness": "S3 S4 S12 S35 S40 S55 S58",
    "swelling": "S3 S4 S12 S35 S40 S55",
    "itch": "S3 S4 S5 S55",
    "pain": "S15",
    "bruise": "S12 S19 S35 S55",
    "peeling": "S19 S55 S59",
    "spots": "S59 S60",
}


@transaction.atomic
def publish_courses(
    *,
    clinic: Clinic,
    by: User,
    now: datetime,
    courses: Mapping[str, ExpectedCourse],
    approver: str = "",
    review_on: date | None = None,
) -> ExpectedCourseSet:
    """Publish a set of expected courses for `clinic`; it applies to check-ins from now on."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    newest = clinic.expected_course_sets.aggregate(newest=Max("version"))["newest"] or 0
    published = ExpectedCourseSet.objects.create(
        clinic=clinic,
        version=newest + 1,
        published_at=now,
        published_by=by,
        approver=approver,
        signed_at=now if approver else None,
        review_on=review_on,
    )
    ExpectedCourseRow.objects.bulk_create(
        row for kind, course in courses.items() for row in course_rows(published, kind, course)
    )
    return published


def course_rows(published: ExpectedCourseSet, kind: str, course: ExpectedCourse) -> list[ExpectedCourseRow]:
    """Return the rows of one kind of procedure, unsaved."""
    rows = []
    for symptom in SYMPTOMS:
        hours = course.of(symptom)
        rows.append(
            ExpectedCourseRow(
                set=published,
                kind=kind,
                symptom=symptom,
                often_by_h=hours.often_by_h,
                usual_until_h=hours.usual_until_h,
                tell_us_after_h=hours.tell_us_after_h,
                tell_us_after_mild_h=hours.tell_us_after_mild_h,
                sources=SOURCES[symptom],
            )
        )
    for sign in ("bruise", "peeling", "spots"):
        limit = getattr(course, f"{sign}_h")
        rows.append(
            ExpectedCourseRow(
                set=published, kind=kind, symptom=sign, tell_us_after_h=limit, sources=SOURCES[sign]
            )
        )
    return rows


def publish_default_courses(*, clinic: Clinic, by: User, now: datetime) -> ExpectedCourseSet:
    """Publish the default courses, unsigned: a clinician has to sign a set before go-live."""
    return publish_courses(clinic=clinic, by=by, now=now, courses=DEFAULT_COURSES)
