"""The phone's table of rules says what the engine says, and nothing milder than urgent."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from aftercare.triage import (
    DEFAULT_COURSES,
    LIMITS,
    SYMPTOMS,
    Answers,
    CameBack,
    EmergencySign,
    Entry,
    ExpectedCourse,
    Level,
    Painkiller,
    Sign,
    Unwell,
    evaluate,
)
from aftercare.triage.table import rule_table
from tests.triage.build import PERFORMED
from tools.offline_rules import FILE, script

if TYPE_CHECKING:
    from playwright.sync_api import Page

SETS = 10_000
HOURS = (0.5, 11, 12, 23, 24, 30, 47, 48, 60, 71, 72, 100, 119, 120, 167, 168, 200, 240, 300, 335, 336, 500)
SHIFTS = (timedelta(0), timedelta(milliseconds=1), timedelta(milliseconds=-1))
JUDGE = """(asked) => asked.map(([answers, at, procedure, atRisk]) =>
  Advice.fired(RULES, answers, at, procedure, atRisk).map((found) => found.rule).sort())"""


def test_the_file_is_up_to_date() -> None:
    assert FILE.read_text() == script(), "a rule has changed: run tools/offline_rules.py"


def test_it_holds_every_emergency_and_urgent_rule_and_no_other() -> None:
    levels = {rule["level"] for rule in rule_table()["rules"]}

    assert levels == {Level.EMERGENCY.value, Level.URGENT.value}


@pytest.mark.browser
def test_ten_thousand_answer_sets_fire_what_the_engine_fires(page: Page) -> None:
    chance = random.Random(15)
    asked, expected = [], []
    for _ in range(SETS):
        question, rules = one_check_in(chance)
        asked.append(question)
        expected.append(rules)
    page.set_content("<title>rules</title>")
    page.add_script_tag(path=FILE)
    page.add_script_tag(path=FILE.with_name("advice.js"))

    found = page.evaluate(JUDGE, asked)

    assert [asked[n] for n in range(SETS) if found[n] != expected[n]] == []
    assert len({rule for rules in expected for rule in rules}) == len(rule_table()["rules"])
    assert 0.2 < sum(1 for rules in expected if not rules) / SETS < 0.8


def one_check_in(chance: random.Random) -> tuple[list[Any], list[str]]:
    """Return a check-in as the phone has it, and the rules that the engine fires on it and the phone is to know."""
    answers, at_risk = some_answers(chance), chance.random() < 0.3
    course = some_course(chance)
    at = PERFORMED + timedelta(hours=chance.choice(HOURS)) + chance.choice(SHIFTS)
    if chance.random() < 0.1:
        at = PERFORMED - timedelta(hours=1)
    earlier = some_series(chance, course)
    performed_at = PERFORMED if chance.random() < 0.9 else None
    judged = evaluate(Entry("now", at, answers, course), earlier, performed_at=performed_at, at_risk=at_risk)
    rules = sorted(finding.rule for finding in judged.findings if finding.level >= Level.URGENT)
    procedure = on_the_phone(course, [one for one in earlier if one.at < at]) if performed_at else None
    return [as_on_the_phone(answers), at.timestamp() * 1000, procedure, at_risk], rules


def some_answers(chance: random.Random) -> Answers:
    def some(words: Any, most: int) -> list[str] | None:
        return [str(word) for word in chance.sample(list(words), chance.choice((0, 0, 0, 1, most)))] or None

    return Answers.from_json(
        {
            **{symptom: chance.choice((None, 0, 0, 1, 1, 2, 3, 4)) for symptom in SYMPTOMS},
            "painkiller": chance.choice((None, *map(str, Painkiller))),
            "came_back": chance.choice((None, None, "no", "no", *map(str, CameBack))),
            "signs": some(Sign, 3),
            "unwell": some(Unwell, 2),
            "emergency": some(EmergencySign, 2) if chance.random() < 0.3 else None,
            "want_contact": chance.choice((None, True, False)),
        }
    )


def some_course(chance: random.Random) -> ExpectedCourse:
    """Return the shipped course of a kind, or one as a clinic may have changed it."""
    course = DEFAULT_COURSES[chance.choice(("mn", "rf"))].to_json()
    if chance.random() < 0.3:
        course["redness"]["tell_us_after_h"] += 47.5
        course["redness"]["tell_us_after_mild_h"] += 47.5
    return ExpectedCourse.from_json(course)


def some_series(chance: random.Random, course: ExpectedCourse) -> list[Entry]:
    return [
        Entry(number, PERFORMED + timedelta(hours=chance.choice(HOURS)), some_answers(chance), course)
        for number in range(chance.choice((0, 0, 1, 2)))
    ]


def as_on_the_phone(answers: Answers) -> dict[str, Any]:
    """Return answers as the form on the phone has them: each tick a name of its own."""
    said: dict[str, Any] = {}
    for key, value in answers.to_json().items():
        if isinstance(value, list):
            said |= dict.fromkeys(value, True)
        elif value is not None:
            said[key] = value
    return said


def on_the_phone(course: ExpectedCourse, earlier: list[Entry]) -> dict[str, Any]:
    """Return the procedure as the portal gives it to the phone."""
    settled = [one for one in earlier if one.at >= PERFORMED + timedelta(hours=LIMITS.settle_h)]
    low = {}
    for symptom in SYMPTOMS:
        values = [value for one in settled if (value := getattr(one.answers, symptom)) is not None]
        if values:
            low[symptom] = min(values)
    hours = {f"{symptom}.tell_us_after_h": course.of(symptom).tell_us_after_h for symptom in SYMPTOMS}
    return {"at": PERFORMED.timestamp() * 1000, "kind": course.kind, "hours": hours, "low": low}
