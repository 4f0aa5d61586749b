"""Lot numbers are compared without what differs between two people who copy the same package."""

from __future__ import annotations

import pytest

from aftercare.people.treatments.comparing import compared, says_nothing


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "AB-12C",
            "ab12c",
            " AB 12 C ",
            "ab–12—c",
            "Lot AB-12C",
            "LOT: ab12c",
            "lot no. AB12C",
            "Batch AB.12/C",
        ),
        *("Ch.-B. AB12C", "\uff21\uff22\uff11\uff12\uff23"),
    ],
)
def test_the_same_lot(typed: str) -> None:
    assert compared(typed) == "AB12C"


@pytest.mark.parametrize(
    ("one", "other"), [("AB12", "AB13"), ("AB12", "A12"), ("0012", "12"), ("Lotus 4", "us4"), ("O1", "01")]
)
def test_other_lots(one: str, other: str) -> None:
    assert compared(one) != compared(other)


def test_the_word_before_the_number_does_not_count_with_a_digit_behind_it() -> None:
    assert compared("LOT2291") == compared("LOT-2291") == compared("2291") == "2291"


@pytest.mark.parametrize(
    "typed", ["None", "n/a", "-", "?", "N.A.", "unknown", "x", "00", "not recorded", "Lot", "..."]
)
def test_what_stands_for_nothing(typed: str) -> None:
    assert says_nothing(typed)


@pytest.mark.parametrize("typed", ["AB12", "0012", "7", "Ann Lowe", "Nona", "B"])
def test_what_does_not(typed: str) -> None:
    assert not says_nothing(typed)
