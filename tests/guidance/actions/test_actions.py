"""Publishing expected courses as a whole."""

from dataclasses import replace
from datetime import date

import pytest

from aftercare.guidance.actions.courses import publish_courses, publish_default_courses
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.people.models import Clinic, StaffMember
from aftercare.triage import DEFAULT_COURSES, CourseError
from tests.at_once import at_once
from tests.factories import at

pytestmark = pytest.mark.django_db


def test_the_shipped_proposal_is_unsigned(clinic: Clinic, manager: StaffMember) -> None:
    published = publish_default_courses(clinic=clinic, by=manager.user, now=at())

    assert (published.version, published.published_at, published.published_by) == (1, at(), manager.user)
    assert not published.is_signed


def test_a_signed_set_says_who_signed_it_when_and_until_when_it_holds(
    clinic: Clinic, manager: StaffMember
) -> None:
    review_on = date(2027, 1, 1)

    published = publish_courses(
        clinic=clinic,
        by=manager.user,
        now=at(),
        courses=DEFAULT_COURSES,
        approver="Dr Tom Hale",
        review_on=review_on,
    )

    assert published.is_signed
    assert (published.approver, published.signed_at, published.review_on) == ("Dr Tom Hale", at(), review_on)


def test_the_newest_version_of_a_clinic_is_its_current_one(
    clinic: Clinic, other_clinic: Clinic, manager: StaffMember
) -> None:
    for _version in range(2):
        newest = publish_default_courses(clinic=clinic, by=manager.user, now=at())
    elsewhere = publish_default_courses(clinic=other_clinic, by=manager.user, now=at(1))

    assert ExpectedCourseSet.objects.current_of(clinic.pk) == newest
    assert ExpectedCourseSet.objects.current_of(other_clinic.pk) == elsewhere
    assert (newest.version, elsewhere.version) == (2, 1)


def test_a_clinic_that_has_published_nothing_has_no_current_set(clinic: Clinic) -> None:
    assert ExpectedCourseSet.objects.current_of(clinic.pk) is None


def test_what_is_published_comes_back_as_it_was(clinic: Clinic, manager: StaffMember) -> None:
    changed = replace(
        DEFAULT_COURSES["rf"],
        pain=replace(DEFAULT_COURSES["rf"].pain, often_by_h=12.5, tell_us_after_h=72.25),
        spots_h=500.5,
    )

    published = publish_courses(
        clinic=clinic, by=manager.user, now=at(), courses={**DEFAULT_COURSES, "rf": changed}
    )

    assert published.course_of("rf") == changed
    assert published.course_of("mn") == DEFAULT_COURSES["mn"]


def test_no_rule_can_be_switched_off_by_editing() -> None:
    with pytest.raises(CourseError, match="must be at most"):
        replace(DEFAULT_COURSES["mn"], bruise_h=336 * 2 + 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_get_versions_of_their_own(clinic: Clinic, manager: StaffMember) -> None:
    published = at_once(
        *[lambda: publish_default_courses(clinic=clinic, by=manager.user, now=at()).version] * 2
    )

    assert sorted(published, key=str) == [1, 2]
