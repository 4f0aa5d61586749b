"""A check-in without a procedure: rules that need the hour are silent, but for two exceptions."""

from datetime import datetime
from typing import Any

import pytest

from aftercare.triage import Entry, evaluate
from tests.triage.build import PERFORMED, answers, assess, at, entry, rules

ROWS: list[tuple[dict[str, Any], list[str]]] = [
    # Silent, however long ago anything was.
    ({"redness": 4}, []),
    ({"redness": 1, "swelling": 1, "itch": 1, "pain": 1}, []),
    ({"swelling": 2, "itch": 2, "pain": 2}, []),
    ({"signs": ["bruise", "peeling", "spots"]}, []),
    # Severe pain is not intense without an hour; very severe pain is.
    ({"pain": 3}, ["severe_pain"]),
    ({"pain": 4}, ["intense_pain", "severe_pain"]),
    # A hot sore area takes the safer of its two rules.
    ({"signs": ["hot_sore"]}, ["hot_sore_area"]),
    # All others run.
    ({"signs": ["pus"], "came_back": "both"}, ["pus", "reported_return"]),
]


@pytest.mark.parametrize(("said", "fired"), ROWS)
def test_without_a_procedure_the_hour_is_unknown(said: dict[str, Any], fired: list[str]) -> None:
    found = evaluate(Entry("now", at(1000), answers(**said)), [], performed_at=None, at_risk=False)
    assert list(found.rules) == fired


def test_without_a_procedure_there_is_no_low_point() -> None:
    earlier = [(24, {"redness": 0, "swelling": 0})]
    assert rules(60, earlier, procedure=False, redness=3, swelling=2) == []


def test_a_hot_sore_area_without_a_procedure_has_no_limit_and_no_hours() -> None:
    finding = assess(5, procedure=False, signs=["hot_sore"]).findings[0]
    assert finding.limit_h is None
    assert finding.evidence == (("signs", "hot_sore", at(5), None),)


def test_a_hot_sore_area_is_not_early_for_a_patient_at_risk_without_a_procedure() -> None:
    assert rules(5, procedure=False, at_risk=True, signs=["hot_sore"]) == ["hot_sore_area"]


def test_what_was_described_before_the_procedure_is_judged_as_without_one() -> None:
    assert rules(-0.01, signs=["hot_sore"]) == ["hot_sore_area"]
    assert rules(0, signs=["hot_sore"]) == ["early_hot_sore_area"]
    assert assess(-0.01, signs=["hot_sore"]).findings[0].evidence[0].hours is None


def test_a_procedure_needs_an_expected_course() -> None:
    with pytest.raises(ValueError, match="expected course"):
        evaluate(Entry("now", at(5), answers(redness=1)), [], performed_at=PERFORMED, at_risk=False)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        Entry("now", datetime(2026, 1, 12, 10), answers(redness=1))
    with pytest.raises(ValueError, match="offset"):
        evaluate(entry(5, redness=1), [], performed_at=datetime(2026, 1, 12, 10), at_risk=False)
