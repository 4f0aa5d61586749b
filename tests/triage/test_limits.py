"""The other thresholds: their defaults, and what a case file may say."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from aftercare.triage import LIMITS, Limits
from aftercare.triage.limits import LONGEST

DEFAULTS = {
    # Hours.
    "settle_h": 12,
    "small_return_from_h": 48,
    "other_rise_from_h": 48,
    "late_severe_pain_h": 48,
    "hot_sore_h": 24,
    "numb_weak_from_h": 12,
    "scaly_from_h": 24,
    "new_bumps_from_h": 24,
    "late_open_sore_from_h": 168,
    "late_new_bumps_from_h": 168,
    "scar_from_h": 336,
    "late_lumps_from_h": 336,
    "numbing_until_h": 24,
    "backdate_limit_h": 168,
    "silent_h": 48,
    "silent_until_h": 168,
    "alert_silent_h": 24,
    "recent_infection_block_h": 336,
    # Minutes.
    "future_tolerance_min": 5,
    "ack_min_urgent": 30,
    "ack_min_emergency": 10,
}


def test_the_defaults_are_those_proposed() -> None:
    assert asdict(LIMITS) == DEFAULTS


def test_a_case_file_may_set_any_of_them() -> None:
    doubled = {key: value * 2 for key, value in DEFAULTS.items()}
    assert asdict(Limits.from_json(json.loads(json.dumps(doubled)))) == doubled


def test_what_a_case_file_leaves_out_keeps_its_default() -> None:
    assert asdict(Limits.from_json({"settle_h": 0.5})) == {**DEFAULTS, "settle_h": 0.5}


def test_the_parts_about_the_expected_course_are_left_to_others() -> None:
    config = {**DEFAULTS, "expected_course": {}, "expected_course_order": [], "sign_limits_h": {}}
    assert Limits.from_json(config) == LIMITS


@pytest.mark.parametrize("bad", [-1, float("nan"), float("inf"), "12", None, True, LONGEST + 1])
def test_a_limit_that_is_no_amount_of_time_is_refused_by_name(bad: Any) -> None:
    with pytest.raises(ValueError, match="silent_h, silent_until_h"):
        Limits.from_json({"silent_until_h": bad, "silent_h": bad})


@pytest.mark.parametrize("good", [0, LONGEST])
def test_a_limit_at_its_bounds_is_taken(good: float) -> None:
    assert Limits(silent_h=good).silent_h == good


def test_an_unknown_limit_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="settle_hours"):
        Limits.from_json({"settle_hours": 3})
