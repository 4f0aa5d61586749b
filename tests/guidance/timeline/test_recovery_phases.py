"""The phases of a recovery lie end to end, and each has its warning signs."""

from __future__ import annotations

from itertools import pairwise

import pytest

from aftercare.guidance.timeline.recovery_phases import (
    RECOVERY_PHASES,
    WARNING_SIGNS,
    phase_at,
    warning_signs,
)


def test_phases_lie_end_to_end_from_the_procedure_on() -> None:
    assert RECOVERY_PHASES[0].from_h == 0
    assert RECOVERY_PHASES[-1].until_h is None
    assert all(earlier.until_h == later.from_h for earlier, later in pairwise(RECOVERY_PHASES))


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
def test_an_hour_falls_in_one_phase(hours: float, title: str) -> None:
    assert str(phase_at(hours).title) == title


@pytest.mark.parametrize(
    ("hours", "added"),
    [
        (2, ["Bleeding that goes on after 10 minutes of pressing"]),
        (26, []),
        (200, ["Firm lumps, or an open sore"]),
    ],
)
def test_what_to_watch_for_follows_the_hour(hours: float, added: list[str]) -> None:
    signs = warning_signs(phase_at(hours))
    assert signs == [*WARNING_SIGNS, *added]


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
    assert all(sign in " ".join(warning_signs(phase)) for phase in RECOVERY_PHASES)
