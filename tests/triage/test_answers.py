"""Accepted answers of the engine, and those refused by name."""

from typing import Any

import pytest

from aftercare.triage import SYMPTOMS, Answers, CameBack, EmergencySign, Painkiller, Sign, Unwell

FULL: dict[str, Any] = {
    "redness": 1,
    "pain": 2,
    "swelling": 0,
    "itch": 4,
    "painkiller": "helped",
    "itch_bothers": True,
    "came_back": "not_sure",
    "signs": ["bruise", "pus"],
    "unwell": [],
    "emergency": ["eye"],
    "want_contact": False,
}

REFUSED: list[tuple[dict[str, Any], str]] = [
    # Severities: below and above the scale, text, a fraction, a truth value.
    ({"redness": -1}, "redness"),
    ({"redness": 5}, "redness"),
    ({"pain": "3"}, "pain"),
    ({"swelling": 2.0}, "swelling"),
    ({"itch": True}, "itch"),
    # Words the form does not offer, or not a word at all.
    ({"painkiller": "lots"}, "painkiller"),
    ({"painkiller": 1}, "painkiller"),
    ({"came_back": "yes"}, "came_back"),
    ({"came_back": ["redness"]}, "came_back"),
    # Yes or no.
    ({"itch_bothers": "yes"}, "itch_bothers"),
    ({"want_contact": 1}, "want_contact"),
    # Ticks: an unknown one, one of another group, an empty one, not a list.
    ({"signs": ["warts"]}, "signs"),
    ({"signs": ["fever"]}, "signs"),
    ({"signs": [None]}, "signs"),
    ({"signs": "pus"}, "signs"),
    ({"signs": {"pus": True}}, "signs"),
    ({"signs": 3}, "signs"),
    ({"unwell": ["pus"]}, "unwell"),
    ({"emergency": [["eye"]]}, "emergency"),
    # A key nobody asks for.
    ({"colour": 1}, "colour"),
    ({"colour": 1, "tone": 4}, "'colour', 'tone'"),
]


@pytest.mark.parametrize(("data", "named"), REFUSED)
def test_an_unknown_value_is_refused_by_its_key(data: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Answers.from_json(data)


def test_a_very_long_value_is_not_repeated_in_the_message() -> None:
    with pytest.raises(ValueError, match="painkiller") as refused:
        Answers.from_json({"painkiller": "x" * 1_000_000})
    assert len(str(refused.value)) < 300


def test_answers_that_are_no_object_are_refused() -> None:
    with pytest.raises(ValueError, match="object"):
        Answers.from_json(["redness"])  # type: ignore[arg-type]


@pytest.mark.parametrize("symptom", SYMPTOMS)
@pytest.mark.parametrize("value", [0, 1, 2, 3, 4, None])
def test_every_step_of_the_scale_is_taken(symptom: str, value: int | None) -> None:
    assert getattr(Answers.from_json({symptom: value}), symptom) == value


def test_every_word_of_the_form_is_taken() -> None:
    assert {Answers.from_json({"painkiller": word.value}).painkiller for word in Painkiller} == set(
        Painkiller
    )
    assert {Answers.from_json({"came_back": word.value}).came_back for word in CameBack} == set(CameBack)
    ticks = Answers.from_json(
        {"signs": list(Sign), "unwell": [str(word) for word in Unwell], "emergency": set(EmergencySign)}
    )
    assert ticks.signs == frozenset(Sign)
    assert ticks.unwell == frozenset(Unwell)
    assert ticks.emergency == frozenset(EmergencySign)


def test_no_tick_stands_in_two_groups() -> None:
    words = [word.value for group in (Sign, Unwell, EmergencySign) for word in group]
    assert len(words) == len(set(words)) == 28


def test_answers_survive_the_way_through_json() -> None:
    assert Answers.from_json(FULL).to_json() == FULL
    assert list(Answers().to_json()) == list(FULL)
    assert set(Answers().to_json().values()) == {None}
    plain = Answers.from_json(FULL).to_json()
    assert {type(plain[key]) for key in ("painkiller", "came_back")} == {str}
    assert type(plain["signs"][0]) is str


EMPTY: list[tuple[dict[str, Any], bool]] = [
    # Nothing at all, and no to a call alone.
    ({}, True),
    ({"want_contact": False}, True),
    # Everything else is an answer: yes to a call, none, "None of these", a follow-up.
    ({"want_contact": True}, False),
    ({"redness": 0}, False),
    ({"pain": 0, "want_contact": False}, False),
    ({"signs": []}, False),
    ({"unwell": []}, False),
    ({"emergency": []}, False),
    ({"came_back": "no"}, False),
    ({"painkiller": "not_taken"}, False),
    ({"itch_bothers": False}, False),
]


@pytest.mark.parametrize(("data", "empty"), EMPTY)
def test_only_a_check_in_without_any_answer_is_empty(data: dict[str, Any], empty: bool) -> None:
    assert Answers.from_json(data).is_empty is empty
