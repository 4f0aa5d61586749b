"""Instructions that hold now and later, in each clinic's words."""

from __future__ import annotations

import pytest

from aftercare.guidance.instructions.clinic_instructions import coming_after, holding_at
from aftercare.guidance.models import ClinicGuidance
from aftercare.people.models import Clinic
from tests.guidance.writing import draft, instruction, published

pytestmark = pytest.mark.django_db


def keys(found: object) -> list[str]:
    return [one.key for one in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("hours", "holding"),
    [
        (0, ["first-hours"]),
        (3.99, ["first-hours"]),
        (4, ["wash"]),
        (71.9, ["wash"]),
        (72, ["always"]),
    ],
)
def test_an_instruction_holds_from_its_first_hour_up_to_but_without_its_last(
    clinic: Clinic, hours: float, holding: list[str]
) -> None:
    published(
        instruction("first-hours", until_hour=4),
        instruction("wash", from_hour=4, until_hour=72),
        instruction("always", from_hour=72),
    )
    assert keys(holding_at(clinic, "mn", hours)) == holding


def test_what_to_do_comes_before_what_to_avoid_then_in_the_order_of_the_articles(clinic: Clinic) -> None:
    published(instruction("b-avoid", "avoid"), instruction("b-do"), slug="b", key="B", order=2)
    published(instruction("a-do"), instruction("a-avoid", "avoid"), slug="a", key="A", order=1)
    assert keys(holding_at(clinic, "mn", 1)) == ["a-do", "b-do", "a-avoid", "b-avoid"]


def test_the_soonest_of_what_comes_later_comes_first(clinic: Clinic) -> None:
    published(
        instruction("later", from_hour=48),
        instruction("soon-avoid", "avoid", from_hour=24),
        instruction("soon", from_hour=24),
        instruction("now", from_hour=2),
    )
    assert keys(coming_after(clinic, "mn", 2)) == ["soon", "soon-avoid", "later"]


def test_an_instruction_for_one_kind_is_not_given_after_the_other(clinic: Clinic) -> None:
    published(instruction("rf-only", kinds="rf"), instruction("both"))
    assert keys(holding_at(clinic, "mn", 1)) == ["both"]
    assert keys(holding_at(clinic, "rf", 1)) == ["rf-only", "both"]


def test_a_draft_gives_no_instruction(clinic: Clinic) -> None:
    draft(instruction("not-yet"))
    assert holding_at(clinic, "mn", 1) == []


def test_the_clinics_make_up_hour_begins_what_to_do_and_ends_what_to_avoid(
    clinic: Clinic, other_clinic: Clinic
) -> None:
    published(
        instruction("make-up", from_hour=24, clinic_field="make_up_from_h"),
        instruction("no-make-up", "avoid", until_hour=24, clinic_field="make_up_from_h"),
    )
    ClinicGuidance.objects.create(clinic=clinic, make_up_from_h=48)
    assert keys(holding_at(clinic, "mn", 30)) == ["no-make-up"]
    assert keys(holding_at(clinic, "mn", 48)) == ["make-up"]
    assert keys(holding_at(other_clinic, "mn", 30)) == ["make-up"]


def test_a_clinics_own_products_stand_where_the_text_leaves_room_or_in_place_of_it(clinic: Clinic) -> None:
    published(
        instruction("fill", text="Wash with {products}.", clinic_field="products"),
        instruction("replace", text="Use a sunscreen.", clinic_field="sunscreen"),
    )
    assert [one.text for one in holding_at(clinic, "mn", 1)] == [
        "Wash with a mild cleanser with no scent.",
        "Use a sunscreen.",
    ]
    ClinicGuidance.objects.create(
        clinic=clinic, products="the gel that we gave you", sunscreen="the blue tube"
    )
    assert [one.text for one in holding_at(clinic, "mn", 1)] == [
        "Wash with the gel that we gave you.",
        "Use the blue tube.",
    ]


def test_what_holds_is_found_with_two_queries(clinic: Clinic, django_assert_num_queries: object) -> None:
    for number in range(5):
        published(instruction(f"one-{number}"), slug=f"a-{number}", key=f"A{number}")
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(holding_at(clinic, "mn", 1)) == 5
