"""Why a check-in calls for something, in the patient's words, for every rule."""

from __future__ import annotations

from typing import Any

import pytest

from aftercare.checkins.advice.reasons import WORDS, Clock, Reason, reasons
from aftercare.triage import RULES, evaluate
from tests.checkins.advising import CLINIC, OPEN_H, advice_at, entry_at, sentences
from tests.checkins.wording import forbidden_words
from tests.factories import MONDAY, at

# For every rule: the hour, answers that make it fire, and the answers of an earlier check-in at 20 hours.
FIRES: dict[str, tuple[float, dict[str, Any], dict[str, Any]]] = {
    "trouble_breathing": (3, {"emergency": ["breathing"]}, {}),
    "airway_swelling": (3, {"emergency": ["airway_swelling"]}, {}),
    "faint_or_confused": (3, {"emergency": ["faint"]}, {}),
    "eye_involved": (3, {"emergency": ["eye"]}, {}),
    "stroke_signs": (3, {"emergency": ["droop"]}, {}),
    "numbing_reaction": (3, {"emergency": ["numbing"]}, {}),
    "hives_with_vomiting": (3, {"signs": ["hives"], "unwell": ["vomiting"]}, {}),
    "spreading_with_fever": (3, {"signs": ["spreading"], "unwell": ["fever"]}, {}),
    "reported_return": (30, {"came_back": "both"}, {}),
    "sudden_return.redness": (30, {"redness": 3}, {"redness": 1}),
    "sudden_return.pain": (30, {"pain": 2}, {"pain": 0}),
    "severe_pain_not_relieved": (3, {"pain": 3, "painkiller": "did_not_help"}, {}),
    "intense_pain": (3, {"pain": 4}, {}),
    "pus": (3, {"signs": ["pus"]}, {}),
    "cold_sore": (3, {"signs": ["cold_sore"]}, {}),
    "spreading": (3, {"signs": ["spreading"]}, {}),
    "fever_with_local_signs": (3, {"unwell": ["fever"], "signs": ["pus"], "redness": 2}, {}),
    "hives": (3, {"signs": ["hives"]}, {}),
    "extreme_swelling": (3, {"swelling": 4}, {}),
    "blister_or_burn": (3, {"signs": ["blister_burn"]}, {}),
    "bleeding": (3, {"signs": ["bleeding"]}, {}),
    "hot_sore_area": (24, {"signs": ["hot_sore"]}, {}),
    "numb_or_weak": (12, {"signs": ["numb_weak"]}, {}),
    "late_open_sore": (168, {"signs": ["open_sore"]}, {}),
    "late_lumps": (336, {"signs": ["lumps"]}, {}),
    "at_risk_patient": (3, {"unwell": ["flu"]}, {}),
    "severe_pain": (3, {"pain": 3}, {}),
    "severe_swelling": (3, {"swelling": 3}, {}),
    "bothersome_itch": (3, {"itch": 2, "itch_bothers": True}, {}),
    "past_expected.redness": (73, {"redness": 2}, {}),
    "past_expected.pain": (49, {"pain": 2}, {}),
    "past_expected.swelling": (73, {"swelling": 2}, {}),
    "past_expected.itch": (121, {"itch": 2}, {}),
    "severe_redness_late": (49, {"redness": 3}, {}),
    "small_return.redness": (50, {"redness": 2}, {"redness": 1}),
    "small_return.pain": (50, {"pain": 2}, {"pain": 1}),
    "unsure_return": (30, {"came_back": "not_sure"}, {}),
    "moderate_pain_not_relieved": (3, {"pain": 2, "painkiller": "did_not_help"}, {}),
    "fever": (3, {"unwell": ["fever"]}, {}),
    "early_hot_sore_area": (3, {"signs": ["hot_sore"]}, {}),
    "lumps": (3, {"signs": ["lumps"]}, {}),
    "open_sore": (3, {"signs": ["open_sore"]}, {}),
    "scaly_patches": (24, {"signs": ["scaly"]}, {}),
    "late_new_bumps": (168, {"signs": ["new_bumps"]}, {}),
    "vomiting": (3, {"unwell": ["vomiting"]}, {}),
    "flu_like": (3, {"unwell": ["flu"]}, {}),
    "late_rise.swelling": (50, {"swelling": 2}, {"swelling": 0}),
    "late_rise.itch": (50, {"itch": 2}, {"itch": 0}),
    "contact_requested": (3, {"want_contact": True}, {}),
    "mild_past_expected.redness": (169, {"redness": 1}, {}),
    "mild_past_expected.pain": (169, {"pain": 1}, {}),
    "mild_past_expected.swelling": (169, {"swelling": 1}, {}),
    "mild_past_expected.itch": (241, {"itch": 1}, {}),
    "bruise_past_expected": (337, {"signs": ["bruise"]}, {}),
    "peeling_past_expected": (337, {"signs": ["peeling"]}, {}),
    "spots_past_expected": (673, {"signs": ["spots"]}, {}),
    "new_patches": (3, {"signs": ["patches"]}, {}),
    "new_bumps": (24, {"signs": ["new_bumps"]}, {}),
    "new_scar": (336, {"signs": ["scar"]}, {}),
    "nausea_or_headache": (3, {"unwell": ["nausea", "headache"]}, {}),
}

# What is judged after one kind of procedure alone.
KINDS = {"numb_or_weak": "rf"}


def test_every_rule_has_words_for_patients() -> None:
    assert set(WORDS) == set(RULES)
    assert set(FIRES) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_what_a_rule_says_is_about_the_answers_and_names_no_rule(rule: str) -> None:
    h, answers, earlier = FIRES[rule]
    entry = entry_at(h, answers, KINDS.get(rule, "mn"))
    others = [entry_at(20, earlier)] if earlier else []
    found = evaluate(entry, others, performed_at=MONDAY, at_risk=rule == "at_risk_patient")
    finding = next(finding for finding in found.findings if finding.rule == rule)
    [reason] = reasons([finding], Clock(at(h), CLINIC.zone))
    assert reason.bold.endswith(".")
    assert "_" not in f"{reason.bold} {reason.text}"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("at_night", [False, True], ids=["open", "closed"])
def test_no_advice_says_what_must_never_be_said(rule: str, at_night: bool) -> None:
    h, answers, earlier = FIRES[rule]
    kind = KINDS.get(rule, "mn")
    advice = advice_at(h, earlier=earlier, at_risk=True, now=at(h + 12 * at_night), kind=kind, **answers)
    assert [text for text in sentences(advice) if forbidden_words(text)] == []


@pytest.mark.parametrize(
    ("h", "now_h", "earlier", "answers", "told"),
    [
        # Said to have come back, and known from what to what: one line each.
        (
            98,
            98,
            {"redness": 1, "pain": 0},
            {"redness": 3, "pain": 2, "came_back": "both"},
            [
                Reason(
                    "Redness came back.",
                    "It was mild on Tuesday. Now it is severe. It can look darker, purple or grey.",
                ),
                Reason("Pain came back.", "It was gone on Tuesday. Now it is moderate."),
            ],
        ),
        # Only the rise is known.
        (
            98,
            98,
            {"redness": 0},
            {"redness": 2},
            [
                Reason(
                    "Redness went up.",
                    "It was gone on Tuesday. Now it is moderate. It can look darker, purple or grey.",
                )
            ],
        ),
        # Told on the same day, and later.
        (
            21,
            22,
            {"pain": 0},
            {"pain": 2},
            [Reason("Pain went up.", "It was gone today at 06:00. Today at 07:00 it was moderate.")],
        ),
        # Only the answer is known.
        (
            30,
            30,
            {},
            {"came_back": "pain"},
            [Reason("Pain came back.", "You told us that it got better first.")],
        ),
        # Of several rules about pain, the worst speaks.
        (
            3,
            3,
            {},
            {"pain": 4, "painkiller": "did_not_help"},
            [Reason("Pain: very severe.", "Pain medicine did not help.")],
        ),
    ],
)
def test_reasons_say_once_what_was_answered_and_when(
    h: float, now_h: float, earlier: dict[str, Any], answers: dict[str, Any], told: list[Reason]
) -> None:
    said = advice_at(h, earlier=earlier, now=at(now_h), **answers)["reasons"]
    assert said == [{"bold": reason.bold, "text": reason.text} for reason in told]


def test_less_pressing_findings_wait_for_the_talk() -> None:
    bold = [line["bold"] for line in advice_at(OPEN_H, signs=["pus", "patches"])["reasons"]]
    assert bold == ["Pus bumps, or yellow or green fluid."]
