"""The stretches of a recovery lie end to end, and each says what to watch for."""

from __future__ import annotations

from itertools import pairwise

import pytest

from aftercare.guidance.timeline.recovery_phases import STRETCHES, WATCH_FOR, stretch_at, watch_for


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
    assert str(stretch_at(hours).title) == title


@pytest.mark.parametrize(
    ("hours", "added"),
    [
        (2, ["Bleeding that goes on after 10 minutes of pressing"]),
        (26, []),
        (200, ["Firm lumps"]),
    ],
)
def test_what_to_watch_for_follows_the_hour(hours: float, added: list[str]) -> None:
    signs = watch_for(stretch_at(hours))
    assert signs == [*WATCH_FOR, *added]


@pytest.mark.parametrize(
    "sign",
    [
        "Redness or pain that comes back",
        "severe swelling",
        "Severe pain",
        "A fever: 38°C (100.4°F) or more, or hot and shivery",
        "redness or darkness that spreads",
        "yellow or green fluid",
        "A cold sore",
        "A raised, itchy rash",
        "A burn, a big blister",
    ],
)
def test_no_sign_to_call_about_is_left_out_at_any_hour(sign: str) -> None:
    assert all(sign in " ".join(watch_for(stretch)) for stretch in STRETCHES)
