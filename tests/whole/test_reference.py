"""Random cases, rehearsed through the real actions, come out as the second reading of the specification says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from aftercare.triage import Answers
from clinic.rehearsal.case_file import read_case_file
from clinic.rehearsal.fields import START, CaseFileError
from clinic.rehearsal.runner import rehearse
from tests.whole.reference import HOUR, Given, Reference, Treated

DEFAULTS: dict[str, Any] = {
    "redness": 0,
    "pain": 0,
    "swelling": 0,
    "itch": 0,
    "painkiller": None,
    "itch_bothers": None,
    "came_back": "no",
    "signs": [],
    "unwell": [],
    "emergency": [],
    "want_contact": False,
}
# What is reported: mostly signs of a few rules, so that rules meet their own open alerts again and again.
REPORTS: list[dict[str, Any]] = [
    {},
    {"redness": 1},
    {"redness": 2, "pain": 1},
    {"redness": 3},
    {"pain": 2, "painkiller": "did_not_help"},
    {"pain": 3},
    {"pain": 4},
    {"redness": None, "pain": None, "swelling": None, "itch": None},
    {"signs": ["pus"]},
    {"signs": ["pus", "hot_sore"]},
    {"signs": ["hot_sore"]},
    {"signs": ["spreading"]},
    {"signs": ["spreading"], "unwell": ["fever"]},
    {"signs": ["patches"]},
    {"signs": ["bruise", "peeling"]},
    {"signs": ["lumps", "open_sore"]},
    {"signs": ["new_bumps", "numb_weak"]},
    {"signs": ["hives"], "unwell": ["vomiting"]},
    {"unwell": ["fever"]},
    {"unwell": ["flu"]},
    {"emergency": ["breathing"]},
    {"emergency": ["eye"], "signs": ["pus"]},
    {"came_back": "redness"},
    {"came_back": "not_sure"},
    {"want_contact": True},
    {"want_contact": True, "unwell": ["fever"]},
]
EMPTY = dict.fromkeys(DEFAULTS)
WAITS = st.sampled_from([0, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 7, 12, 13, 24, 30, 49, 60, 120, 340])
BACK = st.sampled_from([0, 0.25, 1, 3, 12, 20, 30, 60, 100, 167, 169, 400, -0.05, -1])
ANSWERS = st.sampled_from([*REPORTS, EMPTY])
STEPS = st.one_of(
    st.tuples(st.just("checkin"), WAITS, ANSWERS, st.just(0), st.just(None), st.just(None), st.just(None)),
    st.tuples(
        st.just("checkin"),
        WAITS,
        ANSWERS,
        BACK,
        st.sampled_from([None, None, "A", "B"]),
        st.sampled_from([None, None, None, 0, 1, 2, "nobody"]),
        st.sampled_from([None, None, "several", "several", 0, 1, "nowhere"]),
    ),
    st.tuples(st.just("procedure"), WAITS, st.sampled_from(["mn", "rf"]), st.sampled_from(["face", "neck"])),
    st.tuples(
        st.just("staff"),
        WAITS,
        st.sampled_from(["ack_all", "ack_all", "close_all", "call_all"]),
        st.sampled_from(["reached", "no_answer", "left_message", "wrong_number"]),
    ),
    st.tuples(st.just("tick"), WAITS),
)
CASES = st.tuples(st.booleans(), st.lists(STEPS, min_size=3, max_size=14))


def as_case(drawn: tuple[bool, list[tuple[Any, ...]]]) -> dict[str, Any]:
    """A drawn series as a case file writes it."""
    at_risk, parts = drawn
    hour = 0.0
    steps: list[dict[str, Any]] = [{"type": "procedure", "id": "p0", "kind": "mn", "area": "face", "h": 0}]
    procedures, check_ins = 1, 0
    for part in parts:
        hour = round(hour + part[1], 6)
        step: dict[str, Any] = {"type": part[0], "h": hour}
        if part[0] == "procedure":
            step |= {"id": f"p{procedures}", "kind": part[2], "area": part[3]}
            procedures += 1
        elif part[0] == "staff":
            step["action"] = part[2]
            if part[2] == "call_all":
                step["result"] = part[3]
        elif part[0] == "checkin":
            _type, _wait, answers, back, token, corrects, procedure = part
            step |= {"id": f"e{check_ins}", "answers": answers}
            check_ins += 1
            if back:
                step |= {"h": round(hour - back, 6), "submitted_h": hour}
            if token:
                step["token"] = token
            if corrects is not None:
                step["supersedes"] = f"e{corrects}" if isinstance(corrects, int) else corrects
            if procedure is not None:
                step["procedure"] = f"p{procedure}" if isinstance(procedure, int) else procedure
        steps.append(step)
    return {"id": "drawn", "patient": {"at_risk": at_risk}, "steps": steps}


def by_the_text(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the result of the reference for each step."""
    reference = Reference(at_risk=case["patient"]["at_risk"])
    for step in case["steps"]:
        at = START + step["h"] * HOUR
        if step["type"] == "procedure":
            outcome = reference.treat(Treated(step["id"], step["kind"], step["area"], at))
        elif step["type"] == "staff":
            outcome = reference.work(step["action"], at, step.get("result"))
        elif step["type"] == "tick":
            outcome = reference.tick(at)
        else:
            now = START + step.get("submitted_h", step["h"]) * HOUR
            outcome = reference.submit(
                Given(
                    name=step["id"],
                    token=step.get("token"),
                    supersedes=step.get("supersedes"),
                    procedure=step.get("procedure"),
                    answers=Answers.from_json({**DEFAULTS, **step["answers"]}),
                    stated=at if "submitted_h" in step else None,
                    now=now,
                )
            )
        yield {**outcome, "lead": reference.lead()}


def by_the_product(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the result of the product for each step."""
    [(_case, outcome)] = rehearse(read_case_file({"defaults": DEFAULTS, "cases": [case]}))
    assert not isinstance(outcome, CaseFileError), outcome
    keys = ("level", "rules", "status", "notify", "lead")
    return [{key: result.to_json()[key] for key in keys} for result in outcome]


def compare(drawn: tuple[bool, list[tuple[Any, ...]]]) -> None:
    case = as_case(drawn)
    note(json.dumps(case))
    for number, (expected, got) in enumerate(zip(by_the_text(case), by_the_product(case), strict=True)):
        assert got == expected, f"step {number}: {case['steps'][number]}"


quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.django_db
@settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=25,
    phases=[Phase.generate],
    suppress_health_check=quiet,
)
@given(CASES)
def test_random_cases_come_out_as_the_text_says(db: None, drawn: tuple[bool, list[tuple[Any, ...]]]) -> None:
    compare(drawn)


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    deadline=None, database=None, max_examples=300, phases=[Phase.generate], suppress_health_check=quiet
)
@given(CASES)
def test_many_random_cases_come_out_as_the_text_says(
    db: None, drawn: tuple[bool, list[tuple[Any, ...]]]
) -> None:
    compare(drawn)
