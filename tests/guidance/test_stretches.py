"""The stretches of a recovery lie end to end, and each says what to watch for."""

from __future__ import annotations

from itertools import pairwise

import pytest

from aftercare.guidance.stretches import STRETCHES, stretch_at, watch_for


def test_stretches_lie_end_to_end_from_the_procedure_on() -> None:
    assert STRETCHES[0].from_h == 0
    assert STRETCHES[-1].until_h is None
    assert all(earlier.until_h == later.from_h for earlier, later in pairwise(STRETCHES))


@pytest.mark.parametrize(
    ("hours", "title"),
    [
        (0, "First day"),
        (23.9, "First day"),
        (24, "Days 2 and 3"),
        (72, "Days 4 to 7"),
        (167.9, "Days 4 to 7"),
        (168, "Weeks 2 to 4"),
        (5000, "After week 4"),
    ],
)
def test_an_hour_falls_in_one_stretch(hours: float, title: str) -> None:
    assert stretch_at(hours).title == title


@pytest.mark.parametrize(
    ("hours", "kind", "added"),
    [
        (2, "mn", ["Bleeding that goes on after 10 minutes of pressing"]),
        (26, "mn", []),
        (26, "rf", ["A burn, a big blister, or a grey, white or black patch"]),
        (200, "mn", ["Firm lumps"]),
    ],
)
def test_what_to_watch_for_follows_the_hour_and_the_kind(hours: float, kind: str, added: list[str]) -> None:
    signs = watch_for(stretch_at(hours), kind)
    assert signs[:5] == watch_for(stretch_at(26), "mn")
    assert signs[5:] == added
