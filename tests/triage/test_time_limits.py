"""Rules that wait for an hour: just below, at and just above every limit, for both kinds of procedure."""

from datetime import timedelta
from typing import Any

import pytest

from aftercare.triage import Limits
from tests.triage.build import TICK, rules

AT = timedelta(0)

# Kind, symptom, usual until, tell us after, tell us after if mild, in hours.
COURSES: list[tuple[str, str, int, int, int]] = [
    # Microneedling.
    ("mn", "redness", 48, 72, 168),
    ("mn", "swelling", 48, 72, 168),
    ("mn", "itch", 72, 120, 240),
    ("mn", "pain", 24, 48, 168),
    # Radiofrequency microneedling takes longer.
    ("rf", "redness", 72, 120, 336),
    ("rf", "swelling", 72, 120, 336),
    ("rf", "itch", 72, 120, 336),
    ("rf", "pain", 48, 72, 168),
]
SIGNS: list[tuple[str, str, int]] = [
    # A bruise.
    ("bruise", "bruise_past_expected", 336),
    # Peeling.
    ("peeling", "peeling_past_expected", 336),
    # Ordinary spots.
    ("spots", "spots_past_expected", 672),
]


@pytest.mark.parametrize(("kind", "symptom", "usual", "tell", "mild"), COURSES)
def test_moderate_or_worse_counts_only_past_its_hour(
    kind: str, symptom: str, usual: int, tell: int, mild: int
) -> None:
    rule = f"past_expected.{symptom}"
    for severity in (2, 3, 4):
        said = {symptom: severity}
        assert rule not in rules(tell, shift=-TICK, kind=kind, **said)
        assert rule not in rules(tell, kind=kind, **said)
        assert rule in rules(tell, shift=TICK, kind=kind, **said)
    # Mild and none never do, however late.
    assert rule not in rules(2000, kind=kind, **{symptom: 1})
    assert rules(2000, kind=kind, **{symptom: 0}) == []


@pytest.mark.parametrize(("kind", "symptom", "usual", "tell", "mild"), COURSES)
def test_mild_counts_only_past_its_later_hour(
    kind: str, symptom: str, usual: int, tell: int, mild: int
) -> None:
    rule = f"mild_past_expected.{symptom}"
    assert rules(mild, shift=-TICK, kind=kind, **{symptom: 1}) == []
    assert rules(mild, kind=kind, **{symptom: 1}) == []
    assert rules(mild, shift=TICK, kind=kind, **{symptom: 1}) == [rule]
    # Exactly mild: moderate has a rule of its own.
    assert rule not in rules(mild, shift=TICK, kind=kind, **{symptom: 2})
    assert rules(mild, shift=TICK, kind=kind, **{symptom: 0}) == []


@pytest.mark.parametrize(("kind", "usual"), [("mn", 48), ("rf", 72)])
def test_severe_redness_is_late_past_the_usual_hour(kind: str, usual: int) -> None:
    for severity in (3, 4):
        assert rules(usual, shift=-TICK, kind=kind, redness=severity) == []
        assert rules(usual, kind=kind, redness=severity) == []
        assert rules(usual, shift=TICK, kind=kind, redness=severity) == ["severe_redness_late"]
    assert rules(usual, shift=TICK, kind=kind, redness=2) == []


@pytest.mark.parametrize(("sign", "rule", "limit"), SIGNS)
@pytest.mark.parametrize("kind", ["mn", "rf"])
def test_an_ordinary_sign_counts_only_past_its_hour(kind: str, sign: str, rule: str, limit: int) -> None:
    assert rules(limit, shift=-TICK, kind=kind, signs=[sign]) == []
    assert rules(limit, kind=kind, signs=[sign]) == []
    assert rules(limit, shift=TICK, kind=kind, signs=[sign]) == [rule]
    assert rules(limit, shift=TICK, kind=kind, signs=[]) == []


HOURS: list[tuple[float, timedelta, dict[str, Any], list[str]]] = [
    # A hot sore area is for today in the first 24 hours.
    (0, AT, {"signs": ["hot_sore"]}, ["early_hot_sore_area"]),
    (24, -TICK, {"signs": ["hot_sore"]}, ["early_hot_sore_area"]),
    # At 24 hours it is urgent, and stays so.
    (24, AT, {"signs": ["hot_sore"]}, ["hot_sore_area"]),
    (24, TICK, {"signs": ["hot_sore"]}, ["hot_sore_area"]),
    # Severe pain becomes intense at 48 hours, with 48 itself; pain's own course ends after 48.
    (48, -TICK, {"pain": 3}, ["severe_pain"]),
    (48, AT, {"pain": 3}, ["intense_pain", "severe_pain"]),
    (48, TICK, {"pain": 3}, ["intense_pain", "past_expected.pain", "severe_pain"]),
    # Moderate pain at the same hour does not.
    (48, AT, {"pain": 2}, []),
    # Very severe pain is intense at any hour.
    (0, AT, {"pain": 4}, ["intense_pain", "severe_pain"]),
    (48, -TICK, {"pain": 4}, ["intense_pain", "severe_pain"]),
]


@pytest.mark.parametrize(("hour", "shift", "said", "fired"), HOURS)
def test_the_hour_decides_between_two_rules(
    hour: float, shift: timedelta, said: dict[str, Any], fired: list[str]
) -> None:
    assert rules(hour, shift=shift, **said) == fired


def test_the_limits_passed_in_are_the_ones_used() -> None:
    limits = Limits(hot_sore_h=10, late_severe_pain_h=20)
    assert rules(10, shift=-TICK, limits=limits, signs=["hot_sore"]) == ["early_hot_sore_area"]
    assert rules(10, limits=limits, signs=["hot_sore"]) == ["hot_sore_area"]
    assert rules(20, shift=-TICK, limits=limits, pain=3) == ["severe_pain"]
    assert rules(20, limits=limits, pain=3) == ["intense_pain", "severe_pain"]
