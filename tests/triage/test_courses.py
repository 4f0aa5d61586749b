"""Expected courses: the default hours, and what an editor may not do to them."""

from dataclasses import replace
from typing import Any

import pytest

from aftercare.triage import (
    DEFAULT_COURSES,
    SYMPTOMS,
    CourseError,
    ExpectedCourse,
    Symptom,
    SymptomCourse,
    evaluate,
    symptom_ceilings,
)
from tests.triage.build import PERFORMED, TICK, at, entry

MN = DEFAULT_COURSES["mn"]

# Kind, symptom: often by, usual until, tell us after, tell us after if mild, in hours.
HOURS: list[tuple[str, Symptom, tuple[float | None, float, float, float]]] = [
    # Microneedling.
    ("mn", "redness", (24, 48, 72, 168)),
    ("mn", "swelling", (24, 48, 72, 168)),
    ("mn", "itch", (24, 72, 120, 240)),
    ("mn", "pain", (None, 24, 48, 168)),
    # Radiofrequency microneedling.
    ("rf", "redness", (24, 72, 120, 336)),
    ("rf", "swelling", (24, 72, 120, 336)),
    ("rf", "itch", (24, 72, 120, 336)),
    ("rf", "pain", (None, 48, 72, 168)),
]


@pytest.mark.parametrize(("kind", "symptom", "hours"), HOURS)
def test_the_default_hours_are_those_proposed(kind: str, symptom: Symptom, hours: tuple[float, ...]) -> None:
    assert DEFAULT_COURSES[kind].of(symptom) == SymptomCourse(*hours)


@pytest.mark.parametrize("kind", ["mn", "rf"])
def test_signs_have_the_same_hours_for_both_kinds(kind: str) -> None:
    course = DEFAULT_COURSES[kind]
    assert (course.bruise_h, course.peeling_h, course.spots_h) == (336, 336, 672)
    assert course.kind == kind


def edited(**changes: Any) -> ExpectedCourse:
    return replace(MN, **changes)


def problems(**changes: Any) -> tuple[str, ...]:
    with pytest.raises(CourseError) as refused:
        edited(**changes)
    assert str(refused.value) == " ".join(refused.value.problems)
    return refused.value.problems


REDNESS: list[tuple[tuple[Any, Any, Any, Any], list[str]]] = [
    # Zero, below zero, endless, not a number, text, a truth value, nothing.
    ((24, 0, 72, 168), ["Redness, usual until: must be a number of hours above 0."]),
    ((24, 48, -1, 168), ["Redness, tell us after: must be a number of hours above 0."]),
    ((24, 48, 72, float("inf")), ["Redness, tell us after if mild: must be a number of hours above 0."]),
    ((float("nan"), 48, 72, 168), ["Redness, often by: must be a number of hours above 0."]),
    ((24, "48", 72, 168), ["Redness, usual until: must be a number of hours above 0."]),
    ((24, 48, True, 168), ["Redness, tell us after: must be a number of hours above 0."]),
    ((24, 48, 72, None), ["Redness, tell us after if mild: must be a number of hours above 0."]),
    # Out of order, each pair.
    (
        (48.5, 48, 72, 168),
        [
            "Redness, often by: must be at most 48 hours, not 48.5.",
        ],
    ),
    ((40, 30, 72, 168), ["Redness: often by (40) must not be later than usual until (30)."]),
    ((24, 73, 72, 168), ["Redness: usual until (73) must not be later than tell us after (72)."]),
    ((24, 48, 100, 99), ["Redness: tell us after (100) must not be later than tell us after if mild (99)."]),
    # Above twice the default, each.
    ((24, 96.5, 100, 168), ["Redness, usual until: must be at most 96 hours, not 96.5."]),
    ((24, 48, 144.5, 168), ["Redness, tell us after: must be at most 144 hours, not 144.5."]),
    ((24, 48, 72, 336.5), ["Redness, tell us after if mild: must be at most 336 hours, not 336.5."]),
    # Two at once.
    (
        (24, 73, 72, 0),
        [
            "Redness, tell us after if mild: must be a number of hours above 0.",
            "Redness: usual until (73) must not be later than tell us after (72).",
        ],
    ),
]


@pytest.mark.parametrize(("hours", "expected"), REDNESS)
def test_hours_that_make_no_sense_are_refused_in_words(hours: tuple[Any, ...], expected: list[str]) -> None:
    assert list(problems(redness=SymptomCourse(*hours))) == expected


ACCEPTED: list[tuple[float | None, float, float, float]] = [
    # The ceilings themselves.
    (48, 96, 144, 336),
    # All the same, and the least there is.
    (24, 24, 24, 24),
    (None, 0.01, 0.01, 0.01),
]


@pytest.mark.parametrize("hours", ACCEPTED)
def test_hours_at_their_bounds_are_taken(hours: tuple[float | None, float, float, float]) -> None:
    assert replace(MN, redness=SymptomCourse(*hours)).redness.tell_us_after_h == hours[2]


def test_pain_may_have_an_often_by_up_to_twice_its_usual_hour() -> None:
    assert replace(MN, pain=SymptomCourse(48, 48, 48, 168)).pain.often_by_h == 48
    assert "at most 48 hours" in problems(pain=SymptomCourse(48.5, 48, 48, 168))[0]


@pytest.mark.parametrize(("sign", "ceiling"), [("bruise", 672), ("peeling", 672), ("spots", 1344)])
def test_signs_have_ceilings_too(sign: str, ceiling: int) -> None:
    assert getattr(edited(**{f"{sign}_h": ceiling}), f"{sign}_h") == ceiling
    word = sign.capitalize()
    assert problems(**{f"{sign}_h": ceiling + 1}) == (
        f"{word}: must be at most {ceiling} hours, not {ceiling + 1}.",
    )
    assert problems(**{f"{sign}_h": 0}) == (f"{word}: must be a number of hours above 0.",)


@pytest.mark.parametrize(
    ("kind", "symptom", "ceilings"),
    [
        ("mn", "redness", (96, 144, 336)),
        ("mn", "pain", (48, 96, 336)),
        ("rf", "itch", (144, 240, 672)),
    ],
)
def test_the_ceilings_are_twice_the_shipped_hours(kind: str, symptom: Any, ceilings: tuple[int, ...]) -> None:
    assert symptom_ceilings(kind, symptom) == ceilings


def test_every_problem_is_listed_at_once() -> None:
    found = problems(itch=SymptomCourse(24, 72, 500, 600), bruise_h=-1)
    assert [problem.split(":")[0] for problem in found] == [
        "Itch, tell us after",
        "Itch, tell us after if mild",
        "Bruise",
    ]


def test_an_unknown_kind_is_refused() -> None:
    assert problems(kind="laser") == ("The kind 'laser' is not one of mn, rf.",)


@pytest.mark.parametrize("kind", ["mn", "rf"])
def test_a_course_survives_the_way_through_json(kind: str) -> None:
    course = DEFAULT_COURSES[kind]
    data = course.to_json()
    assert ExpectedCourse.from_json(data) == course
    assert data["pain"]["often_by_h"] is None
    assert set(data) == {"kind", *SYMPTOMS, "bruise_h", "peeling_h", "spots_h"}


SHAPES: list[tuple[dict[str, Any], str]] = [
    # Something missing, something unknown, something of another shape.
    ({key: value for key, value in MN.to_json().items() if key != "itch"}, "lacks itch"),
    ({**MN.to_json(), "lumps_h": 3}, "unknown entry 'lumps_h'"),
    ({**MN.to_json(), "pain": [24, 48, 168]}, "Pain must be an object"),
    ({**MN.to_json(), "pain": {"usual_until_h": 24}}, "Pain lacks tell_us_after_h"),
    ({**MN.to_json(), "spots_h": "672"}, "Spots: must be a number"),
]


@pytest.mark.parametrize(("data", "said"), SHAPES)
def test_a_course_of_another_shape_is_refused(data: dict[str, Any], said: str) -> None:
    with pytest.raises(CourseError, match=said):
        ExpectedCourse.from_json(data)


def test_the_course_of_the_check_in_is_the_one_that_judges_it() -> None:
    strict = replace(MN, redness=SymptomCourse(None, 10, 20, 30), spots_h=40)
    late = replace(entry(40, shift=TICK, redness=3, signs=["spots"]), course=strict)
    found = evaluate(late, [], performed_at=PERFORMED, at_risk=False)
    assert {finding.rule: finding.limit_h for finding in found.findings} == {
        "past_expected.redness": 20,
        "severe_redness_late": 10,
        "spots_past_expected": 40,
    }
    assert late.at == at(40, TICK)
