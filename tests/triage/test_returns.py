"""Rises above the low point: sudden and small returns, late rises, and what counts as low."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aftercare.triage import DEFAULT_COURSES, Entry, Limits, evaluate
from tests.triage.build import TICK, answers, assess, at, entry, rules

Row = tuple[list[tuple[float, dict[str, Any]]], float, dict[str, Any], list[str]]

RETURNS: list[Row] = [
    # Rise of one before 48 h, of two at any time: none to moderate is sudden.
    ([(24, {"redness": 1})], 40, {"redness": 2}, []),
    ([(24, {"redness": 0})], 40, {"redness": 1}, []),
    ([(24, {"redness": 0})], 40, {"redness": 2}, ["sudden_return.redness"]),
    ([(24, {"redness": 0})], 40, {"redness": 3}, ["sudden_return.redness"]),
    ([(24, {"redness": 1})], 40, {"redness": 3}, ["sudden_return.redness"]),
    ([(24, {"redness": 2})], 40, {"redness": 3}, []),
    ([(12, {"pain": 1})], 20, {"pain": 2}, []),
    ([(12, {"pain": 0})], 20, {"pain": 2}, ["sudden_return.pain"]),
    ([(12, {"pain": 1})], 20, {"pain": 3}, ["severe_pain", "sudden_return.pain"]),
    # From 48 h a rise of one to moderate is for today; to mild it is noise.
    ([(24, {"redness": 1})], 48, {"redness": 2}, ["small_return.redness"]),
    ([(24, {"redness": 0})], 48, {"redness": 1}, []),
    ([(24, {"redness": 2})], 48, {"redness": 3}, ["small_return.redness"]),
    ([(24, {"pain": 1})], 48, {"pain": 2}, ["small_return.pain"]),
    ([(24, {"pain": 0})], 48, {"pain": 1}, []),
    # A rise of two is sudden and not small as well.
    ([(24, {"redness": 0})], 48, {"redness": 2}, ["sudden_return.redness"]),
    # No rise, or a fall, is no return.
    ([(24, {"redness": 2})], 48, {"redness": 2}, []),
    ([(24, {"redness": 3})], 48, {"redness": 2}, []),
    # Swelling and itch rise only late, and only by two.
    ([(24, {"swelling": 0})], 48, {"swelling": 1}, []),
    ([(24, {"swelling": 0})], 48, {"swelling": 2}, ["late_rise.swelling"]),
    ([(24, {"swelling": 0})], 48, {"swelling": 3}, ["late_rise.swelling", "severe_swelling"]),
    ([(24, {"swelling": 1})], 48, {"swelling": 2}, []),
    ([(24, {"itch": 0})], 48, {"itch": 2}, ["late_rise.itch"]),
    ([(24, {"itch": 1})], 48, {"itch": 2}, []),
    ([(24, {"itch": 1})], 48, {"itch": 3}, ["bothersome_itch", "late_rise.itch"]),
    # The low point is the lowest of all, not the last; a gap never lets it lapse.
    ([(14, {"redness": 0}), (30, {"redness": 2})], 40, {"redness": 2}, ["sudden_return.redness"]),
    ([(30, {"redness": 2}), (14, {"redness": 0})], 40, {"redness": 2}, ["sudden_return.redness"]),
    (
        [(13, {"redness": 0})],
        400,
        {"redness": 2},
        ["past_expected.redness", "sudden_return.redness"],
    ),
    # "I can't tell" is never a low point, and never a rise.
    ([(24, {"redness": None, "pain": 1})], 60, {"redness": 3}, ["severe_redness_late"]),
    ([(24, {"redness": 0})], 60, {"redness": None}, []),
    ([(20, {"redness": 1}), (24, {"redness": None})], 60, {"redness": 2}, ["small_return.redness"]),
    # Each symptom has its own low point.
    ([(24, {"pain": 0, "redness": 2})], 40, {"redness": 2}, []),
    # Nothing earlier, no return.
    ([], 60, {"redness": 2}, []),
    # Later check-ins and those of the same instant are not earlier.
    ([(41, {"redness": 0})], 40, {"redness": 2}, []),
    ([(40, {"redness": 0})], 40, {"redness": 2}, []),
    # Values before 12 h may be numbing or blanching.
    ([(11.99, {"redness": 0})], 40, {"redness": 2}, []),
    ([(12, {"redness": 0})], 40, {"redness": 2}, ["sudden_return.redness"]),
    ([(12.01, {"redness": 0})], 40, {"redness": 2}, ["sudden_return.redness"]),
]


@pytest.mark.parametrize(("earlier", "hour", "said", "fired"), RETURNS)
def test_a_rise_is_measured_from_the_low_point(
    earlier: list[tuple[float, dict[str, Any]]], hour: float, said: dict[str, Any], fired: list[str]
) -> None:
    assert rules(hour, earlier, **said) == fired


@pytest.mark.parametrize(
    ("earlier", "said", "rule"),
    [
        # Rise of one to moderate.
        ({"redness": 1}, {"redness": 2}, "small_return.redness"),
        ({"pain": 1}, {"pain": 2}, "small_return.pain"),
        # Rise of two.
        ({"swelling": 0}, {"swelling": 2}, "late_rise.swelling"),
        ({"itch": 0}, {"itch": 2}, "late_rise.itch"),
    ],
)
def test_a_late_rise_counts_from_48_hours_on(
    earlier: dict[str, Any], said: dict[str, Any], rule: str
) -> None:
    assert rules(48, [(24, earlier)], shift=-TICK, **said) == []
    assert rules(48, [(24, earlier)], **said) == [rule]
    assert rule in rules(48, [(24, earlier)], shift=TICK, **said)


def test_the_settling_limit_is_exact_to_the_microsecond() -> None:
    def fired(shift: timedelta) -> tuple[str, ...]:
        low = entry(12, shift=shift, redness=0)
        now = entry(40, redness=2)
        return evaluate(now, [low], performed_at=at(0), at_risk=False).rules

    assert fired(-TICK) == ()
    assert fired(timedelta(0)) == ("sudden_return.redness",)
    assert fired(TICK) == ("sudden_return.redness",)


def test_earlier_means_earlier_by_a_microsecond() -> None:
    now = entry(40, redness=2)
    just = entry(40, "before", shift=-TICK, redness=0)
    assert evaluate(now, [now, just], performed_at=at(0), at_risk=False).rules == ("sudden_return.redness",)


def test_the_limits_passed_in_decide_about_rises() -> None:
    limits = Limits(settle_h=6, small_return_from_h=20, other_rise_from_h=30)
    assert rules(10, [(5.9, {"redness": 0})], limits=limits, redness=2) == []
    assert rules(10, [(6, {"redness": 0})], limits=limits, redness=2) == ["sudden_return.redness"]
    assert rules(19.9, [(6, {"redness": 1})], limits=limits, redness=2) == []
    assert rules(20, [(6, {"redness": 1})], limits=limits, redness=2) == ["small_return.redness"]
    assert rules(29.9, [(6, {"itch": 0})], limits=limits, itch=2) == []
    assert rules(30, [(6, {"itch": 0})], limits=limits, itch=2) == ["late_rise.itch"]


def test_the_evidence_names_the_low_value_and_its_instant() -> None:
    earlier: list[tuple[float, dict[str, Any]]] = [
        (20, {"redness": 1}),
        (30, {"redness": 0}),
        (36, {"redness": 0}),
        (42, {"redness": 1}),
    ]
    for order in (earlier, earlier[::-1]):
        finding = assess(44.5, order, redness=2).findings[0]
        # Of two equal low points the later one is named, whatever the order they came in.
        assert finding.evidence == (
            ("redness", 0, at(36), 36.0),
            ("redness", 2, at(44.5), 44.5),
        )
        assert finding.limit_h is None


def test_hours_are_elapsed_hours_over_a_clock_change() -> None:
    zone = ZoneInfo("Europe/London")
    performed_at = datetime(2026, 10, 24, 15, tzinfo=zone)
    course = DEFAULT_COURSES["mn"]

    def fired(day: int, hour: int, minute: int = 0) -> tuple[str, ...]:
        now = Entry("now", datetime(2026, 10, day, hour, minute, tzinfo=zone), answers(redness=2), course)
        return evaluate(now, [], performed_at=performed_at, at_risk=False).rules

    # Three days by the wall clock are 73 hours.
    assert fired(27, 14) == ()
    assert fired(27, 14, 1) == ("past_expected.redness",)
    assert fired(27, 15) == ("past_expected.redness",)
