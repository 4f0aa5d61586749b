"""Operators are members of staff, or people who are named and have no account."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from aftercare.people.models import Clinic, Operator, StaffMember
from aftercare.people.treatments.operators import label_of, operator_called
from tests.factories import StaffMemberFactory, UserFactory, person

pytestmark = pytest.mark.django_db


def test_a_name_of_staff_is_the_member(clinic: Clinic, nurse: StaffMember) -> None:
    for typed in (
        str(nurse.user),
        f"  {str(nurse.user).upper()} ",
        " ".join(reversed(str(nurse.user).split())),
    ):
        operator = operator_called(clinic, typed)
        assert operator is not None
        assert (operator.member, operator.name, str(operator)) == (nurse, "", str(nurse.user))
    assert Operator.objects.count() == 1


def test_any_other_name_is_somebody_without_an_account(clinic: Clinic, other_clinic: Clinic) -> None:
    first, again = operator_called(clinic, "Dr.  Zoë Marsh"), operator_called(clinic, "dr zoe marsh")
    assert first is not None
    assert (first, first.name, first.member) == (again, "Dr. Zoë Marsh", None)
    assert operator_called(other_clinic, "Dr. Zoë Marsh") != first
    assert operator_called(clinic, " ") is None


def test_somebody_who_gets_an_account_stays_the_same_operator(clinic: Clinic) -> None:
    named = operator_called(clinic, "Una Test")
    member = person(clinic, "Una", StaffMember.Role.NURSE)

    operator = operator_called(clinic, "Una Test")

    assert operator == named
    assert operator is not None
    assert (operator.member, operator.name, operator.key) == (member, "", "")


def test_who_has_left_is_still_the_operator(clinic: Clinic, nurse: StaffMember) -> None:
    before = operator_called(clinic, str(nurse.user))
    StaffMember.objects.filter(pk=nurse.pk).update(is_active=False)

    assert operator_called(clinic, str(nurse.user)) == before


def test_two_members_of_one_name_are_told_apart_by_their_address(clinic: Clinic) -> None:
    one = person(clinic, "Una", StaffMember.Role.NURSE)
    user = UserFactory.create(email="una.2@test.example", first_name="una", last_name="Test")
    namesake = StaffMemberFactory.create(clinic=clinic, user=user)
    with pytest.raises(ValidationError, match="Choose one from the list"):
        operator_called(clinic, "Una Test")

    chosen = operator_called(clinic, "una Test (una.2@test.example)")

    assert chosen is not None
    assert chosen.member == namesake
    assert label_of(chosen) == "una Test (una.2@test.example)"
    # Who still works here comes before who has left.
    StaffMember.objects.filter(pk=namesake.pk).update(is_active=False)
    left = operator_called(clinic, "Una Test")
    assert left is not None
    assert left.member == one


def test_the_same_account_at_two_clinics_is_one_person(
    clinic: Clinic, other_clinic: Clinic, nurse: StaffMember
) -> None:
    StaffMember.objects.create(user=nurse.user, clinic=other_clinic, role="nurse")
    here, there = operator_called(clinic, str(nurse.user)), operator_called(other_clinic, str(nurse.user))
    assert here is not None
    assert there is not None
    assert here != there
    assert here.person == there.person


@pytest.mark.parametrize("columns", [{"name": "Ann", "key": ""}, {"name": "", "key": "ann"}])
def test_the_database_refuses_half_a_name(clinic: Clinic, columns: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Operator.objects.create(clinic=clinic, **columns)


def test_and_a_name_beside_an_account(clinic: Clinic, nurse: StaffMember) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Operator.objects.create(clinic=clinic, member=nurse, name="Ann", key="ann")
