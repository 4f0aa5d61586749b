"""Rules that look at one answer or two of the same check-in, whatever the hour."""

from typing import Any

import pytest

from tests.triage.build import rules

ROWS: list[tuple[dict[str, Any], list[str]]] = [
    # Pain: below, at and above the limit of severe.
    ({"pain": 2}, []),
    ({"pain": 3}, ["severe_pain"]),
    ({"pain": 4}, ["intense_pain", "severe_pain"]),
    # Medicine that did not help: mild pain says nothing, moderate is for today, severe is urgent.
    ({"pain": 1, "painkiller": "did_not_help"}, []),
    ({"pain": 2, "painkiller": "did_not_help"}, ["moderate_pain_not_relieved"]),
    ({"pain": 3, "painkiller": "did_not_help"}, ["severe_pain", "severe_pain_not_relieved"]),
    (
        {"pain": 4, "painkiller": "did_not_help"},
        ["intense_pain", "severe_pain", "severe_pain_not_relieved"],
    ),
    # Medicine that helped never lowers the score.
    ({"pain": 3, "painkiller": "helped"}, ["severe_pain"]),
    # The other answers about medicine add nothing.
    ({"pain": 3, "painkiller": "too_soon"}, ["severe_pain"]),
    ({"pain": 3, "painkiller": "not_taken"}, ["severe_pain"]),
    ({"pain": 3, "painkiller": "cannot_take"}, ["severe_pain"]),
    ({"pain": 2, "painkiller": "helped"}, []),
    # Pain that cannot be told, with medicine that did not help, is not zero and not a score.
    ({"pain": None, "painkiller": "did_not_help"}, []),
    # Swelling: below, at and above severe; very severe is urgent.
    ({"swelling": 2}, []),
    ({"swelling": 3}, ["severe_swelling"]),
    ({"swelling": 4}, ["extreme_swelling", "severe_swelling"]),
    # Itch: moderate needs the patient to be bothered, severe does not.
    ({"itch": 1, "itch_bothers": True}, []),
    ({"itch": 2}, []),
    ({"itch": 2, "itch_bothers": False}, []),
    ({"itch": 2, "itch_bothers": True}, ["bothersome_itch"]),
    ({"itch": 3}, ["bothersome_itch"]),
    ({"itch": 3, "itch_bothers": False}, ["bothersome_itch"]),
    ({"itch": 4}, ["bothersome_itch"]),
    ({"itch": None, "itch_bothers": True}, []),
    # Redness alone fires nothing on the first day, however strong.
    ({"redness": 4}, []),
    # The direct question, each answer.
    ({"came_back": "no"}, []),
    ({"came_back": "redness"}, ["reported_return"]),
    ({"came_back": "pain"}, ["reported_return"]),
    ({"came_back": "both"}, ["reported_return"]),
    ({"came_back": "not_sure"}, ["unsure_return"]),
    ({"came_back": None}, []),
    # Asking for a call.
    ({"want_contact": True}, ["contact_requested"]),
    ({"want_contact": False, "redness": 0}, []),
    # Nothing answered fires nothing.
    ({}, []),
    # All zeros and "None of these" fire nothing.
    (
        {"redness": 0, "pain": 0, "swelling": 0, "itch": 0, "signs": [], "unwell": [], "emergency": []},
        [],
    ),
]

TICKS: list[tuple[str, str, list[str]]] = [
    # Emergency ticks.
    ("emergency", "breathing", ["trouble_breathing"]),
    ("emergency", "airway_swelling", ["airway_swelling"]),
    ("emergency", "faint", ["faint_or_confused"]),
    ("emergency", "eye", ["eye_involved"]),
    # Warning signs on the skin.
    ("signs", "pus", ["pus"]),
    ("signs", "cold_sore", ["cold_sore"]),
    ("signs", "spreading", ["spreading"]),
    ("signs", "hives", ["hives"]),
    ("signs", "blister_burn", ["blister_or_burn"]),
    ("signs", "bleeding", ["bleeding"]),
    ("signs", "lumps", ["lumps"]),
    ("signs", "patches", ["new_patches"]),
    # Ordinary signs, early.
    ("signs", "bruise", []),
    ("signs", "spots", []),
    ("signs", "peeling", []),
    # Feeling ill.
    ("unwell", "fever", ["fever"]),
    ("unwell", "flu", ["flu_like"]),
    ("unwell", "nausea", ["nausea_or_headache"]),
    ("unwell", "headache", ["nausea_or_headache"]),
]

WITH_FEVER: list[tuple[dict[str, Any], list[str]]] = [
    # Each local sign beside a high temperature.
    ({"signs": ["pus"]}, ["fever", "fever_with_local_signs", "pus"]),
    ({"signs": ["hot_sore"]}, ["early_hot_sore_area", "fever", "fever_with_local_signs"]),
    ({"signs": ["cold_sore"]}, ["cold_sore", "fever", "fever_with_local_signs"]),
    # A sign that is not one of the three.
    ({"signs": ["hives"]}, ["fever", "hives"]),
    # Spreading makes it an emergency, and is not itself one of the local signs.
    ({"signs": ["spreading"]}, ["fever", "spreading", "spreading_with_fever"]),
    # Each symptom: below, at and above moderate; itch does not count.
    ({"redness": 1}, ["fever"]),
    ({"redness": 2}, ["fever", "fever_with_local_signs"]),
    ({"redness": 3}, ["fever", "fever_with_local_signs"]),
    ({"pain": 1}, ["fever"]),
    ({"pain": 2}, ["fever", "fever_with_local_signs"]),
    ({"pain": 3}, ["fever", "fever_with_local_signs", "severe_pain"]),
    ({"swelling": 1}, ["fever"]),
    ({"swelling": 2}, ["fever", "fever_with_local_signs"]),
    ({"swelling": 3}, ["fever", "fever_with_local_signs", "severe_swelling"]),
    ({"itch": 2}, ["fever"]),
]


@pytest.mark.parametrize(("said", "fired"), ROWS)
@pytest.mark.parametrize("procedure", [True, False], ids=["procedure", "no procedure"])
def test_one_check_in_fires_exactly_these_rules(
    said: dict[str, Any], fired: list[str], procedure: bool
) -> None:
    assert rules(5, procedure=procedure, **said) == fired


@pytest.mark.parametrize(("question", "tick", "fired"), TICKS)
@pytest.mark.parametrize("hour", [0, 300])
def test_a_tick_fires_its_rule_at_any_hour(question: str, tick: str, fired: list[str], hour: int) -> None:
    assert rules(hour, **{question: [tick]}) == fired
    assert rules(hour, procedure=False, **{question: [tick]}) == fired


@pytest.mark.parametrize(("said", "fired"), WITH_FEVER)
def test_a_high_temperature_weighs_the_signs_on_the_skin(said: dict[str, Any], fired: list[str]) -> None:
    assert rules(5, unwell=["fever"], **said) == fired


def test_spreading_with_another_illness_than_fever_is_no_emergency() -> None:
    assert rules(5, signs=["spreading"], unwell=["flu"]) == ["flu_like", "spreading"]


def test_both_minor_illnesses_are_one_finding() -> None:
    assert rules(5, unwell=["nausea", "headache"]) == ["nausea_or_headache"]
