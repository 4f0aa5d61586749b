"""A patient at higher risk: what is for today in others is urgent."""

from typing import Any

import pytest

from aftercare.triage import Level
from tests.triage.build import assess, at

TRIGGERS: list[tuple[float, list[tuple[float, dict[str, Any]]], dict[str, Any], str]] = [
    # Past the expected course, each symptom.
    (73, [], {"redness": 2}, "past_expected.redness"),
    (73, [], {"swelling": 2}, "past_expected.swelling"),
    (121, [], {"itch": 2}, "past_expected.itch"),
    (49, [], {"pain": 2}, "past_expected.pain"),
    # A small return, each symptom.
    (48, [(24, {"redness": 1})], {"redness": 2}, "small_return.redness"),
    (48, [(24, {"pain": 1})], {"pain": 2}, "small_return.pain"),
    # A high temperature.
    (5, [], {"unwell": ["fever"]}, "fever"),
    # A hot sore area on the first day.
    (5, [], {"signs": ["hot_sore"]}, "early_hot_sore_area"),
    # Aching all over.
    (5, [], {"unwell": ["flu"]}, "flu_like"),
]

OTHERS: list[tuple[float, list[tuple[float, dict[str, Any]]], dict[str, Any], str]] = [
    # Other rules of the same level.
    (5, [], {"pain": 3}, "severe_pain"),
    (5, [], {"swelling": 3}, "severe_swelling"),
    (5, [], {"itch": 3}, "bothersome_itch"),
    (49, [], {"redness": 3}, "severe_redness_late"),
    (48, [(24, {"itch": 0})], {"itch": 2}, "late_rise.itch"),
    (5, [], {"came_back": "not_sure"}, "unsure_return"),
    (5, [], {"pain": 2, "painkiller": "did_not_help"}, "moderate_pain_not_relieved"),
    (5, [], {"signs": ["lumps"]}, "lumps"),
    (5, [], {"want_contact": True}, "contact_requested"),
    # Routine rules.
    (169, [], {"redness": 1}, "mild_past_expected.redness"),
    (5, [], {"unwell": ["nausea"]}, "nausea_or_headache"),
    (5, [], {"signs": ["patches"]}, "new_patches"),
    # A rule that is urgent already.
    (30, [], {"signs": ["hot_sore"]}, "hot_sore_area"),
    (40, [(24, {"redness": 0})], {"redness": 2}, "sudden_return.redness"),
]


@pytest.mark.parametrize(("hour", "earlier", "said", "rule"), TRIGGERS)
def test_each_trigger_is_urgent_for_a_patient_at_risk(
    hour: float, earlier: list[tuple[float, dict[str, Any]]], said: dict[str, Any], rule: str
) -> None:
    at_risk = assess(hour, earlier, at_risk=True, **said)
    assert at_risk.rules == tuple(sorted(["at_risk_patient", rule]))
    assert at_risk.level is Level.URGENT
    other = assess(hour, earlier, **said)
    assert other.rules == (rule,)
    assert other.level is Level.SAME_DAY


@pytest.mark.parametrize(("hour", "earlier", "said", "rule"), OTHERS)
def test_the_other_rules_do_not_fire_it(
    hour: float, earlier: list[tuple[float, dict[str, Any]]], said: dict[str, Any], rule: str
) -> None:
    assert assess(hour, earlier, at_risk=True, **said).rules == (rule,)


def test_a_patient_at_risk_without_a_finding_stays_as_expected() -> None:
    assert assess(24, at_risk=True, redness=2).level is Level.EXPECTED


def test_its_evidence_is_the_risk_and_each_answer_once() -> None:
    finding = assess(80, [(50, {"redness": 1})], at_risk=True, redness=2, unwell=["flu"]).findings[0]
    assert finding.rule == "at_risk_patient"
    assert finding.limit_h is None
    assert finding.evidence == (
        ("at_risk", True, at(80), 80.0),
        ("unwell", "flu", at(80), 80.0),
        ("redness", 2, at(80), 80.0),
        ("redness", 1, at(50), 50.0),
    )
