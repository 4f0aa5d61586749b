"""Which names may be one person's."""

import pytest

from aftercare.people.name_matching import is_like, is_same_name


@pytest.mark.parametrize(
    ("one", "other", "same", "like"),
    [
        ("Zoë Müller", "zoe MULLER", True, True),  # case and accents
        ("Mei Chen", "Chen Mei", True, True),  # the order
        ("Anne-Marie Léger", "Leger Anne Marie", True, True),  # a hyphen
        ("Daniel Reyes", "Daniel Reyes Ortega", False, True),  # one name more
        ("Katarzyna Nowak", "Katarzina Nowak", False, True),  # a slip
        ("Anna Reyes", "Maria Reyes", False, False),  # a sister
        ("Daniel Reyes", "Amara Osei", False, False),
        ("李 明", "明 李", True, True),
    ],
)
def test_names_are_compared_without_case_accents_and_order(
    one: str, other: str, same: bool, like: bool
) -> None:
    assert (is_same_name(one, other), is_like(one, other), is_like(other, one)) == (same, like, like)
