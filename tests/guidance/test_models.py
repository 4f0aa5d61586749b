"""Expected-course sets: immutable, signed, versioned, whole."""

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from aftercare.guidance.actions.courses import SOURCES
from aftercare.guidance.models import ExpectedCourseRow, ExpectedCourseSet, ImmutableError
from aftercare.people.models import Clinic, StaffMember
from aftercare.triage import DEFAULT_COURSES
from tests.factories import at

pytestmark = pytest.mark.django_db


def test_a_published_set_cannot_be_changed(course_set: ExpectedCourseSet) -> None:
    course_set.approver = "Somebody"

    with pytest.raises(ImmutableError):
        course_set.save()
    with pytest.raises(ImmutableError):
        ExpectedCourseSet.objects.get(pk=course_set.pk).save()


def test_a_published_set_cannot_be_deleted(course_set: ExpectedCourseSet) -> None:
    with pytest.raises(ImmutableError):
        course_set.delete()

    assert ExpectedCourseSet.objects.filter(pk=course_set.pk).exists()


def test_a_set_gives_the_engine_the_courses_that_were_published(
    course_set: ExpectedCourseSet, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert {kind: course_set.course_of(kind) for kind in ("mn", "rf")} == DEFAULT_COURSES
    # A set never changes, so it is read once.
    with django_assert_num_queries(0):
        course_set.course_of("rf")


def test_a_set_that_lacks_a_row_is_an_error(clinic: Clinic, manager: StaffMember) -> None:
    empty = ExpectedCourseSet.objects.create(
        clinic=clinic, version=1, published_at=at(), published_by=manager.user
    )

    with pytest.raises(KeyError):
        empty.course_of("mn")


def test_each_row_names_its_sources(course_set: ExpectedCourseSet) -> None:
    rows = {(row.kind, row.symptom): row.sources for row in course_set.rows.all()}

    assert set(rows) == {(kind, symptom) for kind in ("mn", "rf") for symptom in SOURCES}
    assert all(sources == SOURCES[symptom] for (_kind, symptom), sources in rows.items())


class TestTheDatabaseRefuses:
    def test_the_same_version_of_a_clinic_twice(self, course_set: ExpectedCourseSet) -> None:
        with pytest.raises(IntegrityError):
            ExpectedCourseSet.objects.create(
                clinic=course_set.clinic,
                version=course_set.version,
                published_at=at(),
                published_by=course_set.published_by,
            )

    @pytest.mark.parametrize(("approver", "is_dated"), [("Dr Hale", False), ("", True)])
    def test_a_signature_without_its_name_or_its_instant(
        self, clinic: Clinic, manager: StaffMember, approver: str, is_dated: bool
    ) -> None:
        with pytest.raises(IntegrityError, match="expected_course_set_is_signed_by_somebody_at_some_time"):
            ExpectedCourseSet.objects.create(
                clinic=clinic,
                version=1,
                published_at=at(),
                published_by=manager.user,
                approver=approver,
                signed_at=at() if is_dated else None,
            )

    def test_one_symptom_of_a_kind_twice(self, course_set: ExpectedCourseSet) -> None:
        with pytest.raises(IntegrityError):
            ExpectedCourseRow.objects.create(
                set=course_set, kind="mn", symptom="bruise", tell_us_after_h=336, sources="S12"
            )

    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"usual_until_h": 73}, "tell_us_comes_after_usual"),
            ({"tell_us_after_mild_h": 71}, "tell_us_if_mild_comes_after_tell_us"),
        ],
    )
    def test_hours_that_are_not_in_order(
        self, course_set: ExpectedCourseSet, changes: dict[str, float], constraint: str
    ) -> None:
        with pytest.raises(IntegrityError, match=constraint):
            course_set.rows.filter(kind="mn", symptom="redness").update(**changes)
