"""Publishing expected courses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from aftercare.guidance.models import ExpectedCourseRow, ExpectedCourseSet
from aftercare.people.models import Clinic, User
from aftercare.triage import DEFAULT_COURSES, SYMPTOMS, ExpectedCourse

# The statements of the source documents behind each row (domain specification, section A).
SOURCES = {
    "redness": "S3 S4 S12 S40 S55 S58",
    "swelling": "S3 S4 S12 S40 S55",
    "itch": "S3 S4 S5 S55",
    "pain": "S15",
    "bruise": "S12 S19 S55",
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
    """Publish a whole set for `clinic`. From here on its check-ins are judged by it; earlier ones stay as judged."""
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
        row for kind, course in courses.items() for row in rows_of(published, kind, course)
    )
    return published


def rows_of(published: ExpectedCourseSet, kind: str, course: ExpectedCourse) -> list[ExpectedCourseRow]:
    """One kind's rows."""
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
    """The shipped proposal, unsigned: a clinician of the clinic has to put a name to it before go-live."""
    return publish_courses(clinic=clinic, by=by, now=now, courses=DEFAULT_COURSES)
