"""Properties of every series of check-ins."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aftercare.triage import (
    DEFAULT_COURSES,
    RULES,
    SYMPTOMS,
    Answers,
    CameBack,
    EmergencySign,
    Entry,
    Level,
    Painkiller,
    Sign,
    Unwell,
    evaluate,
    newly_fired,
)
from tests.triage.build import PERFORMED

# The same examples on every run, and no time limit on a busy machine.
steady = settings(derandomize=True, deadline=None, max_examples=60, database=None)

severities = st.none() | st.integers(0, 4)
all_answers = st.builds(
    Answers,
    **dict.fromkeys(SYMPTOMS, severities),
    painkiller=st.none() | st.sampled_from(Painkiller),
    itch_bothers=st.none() | st.booleans(),
    came_back=st.none() | st.sampled_from(CameBack),
    signs=st.none() | st.frozensets(st.sampled_from(Sign), max_size=3),
    unwell=st.none() | st.frozensets(st.sampled_from(Unwell), max_size=2),
    emergency=st.none() | st.frozensets(st.sampled_from(EmergencySign), max_size=1),
    want_contact=st.none() | st.booleans(),
)
# Whole hours, so that equal instants and exact limits are common, some of them before the procedure.
instants = st.integers(-24, 720).map(lambda hour: PERFORMED + timedelta(hours=hour))
courses = st.sampled_from(list(DEFAULT_COURSES.values()))
entries = st.builds(Entry, st.integers(0, 10_000), instants, all_answers, courses)
series = st.lists(entries, min_size=1, max_size=5, unique_by=lambda entry: entry.key)
procedures = st.none() | st.just(PERFORMED)

State = dict[Any, frozenset[str]]


@steady
@given(series, procedures, st.booleans())
def test_any_series_is_judged_and_the_level_is_the_highest_finding(
    check_ins: list[Entry], performed_at: Any, at_risk: bool
) -> None:
    for check_in in check_ins:
        found = evaluate(check_in, check_ins, performed_at=performed_at, at_risk=at_risk)
        levels = [RULES[rule].level for rule in found.rules]
        assert found.level is max(levels, default=Level.EXPECTED)
        assert len(set(found.rules)) == len(found.rules)


@steady
@given(series, procedures, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_the_others_never_matters(
    check_ins: list[Entry], performed_at: Any, at_risk: bool, chance: Any
) -> None:
    shuffled = check_ins.copy()
    chance.shuffle(shuffled)
    for check_in in check_ins:
        one = evaluate(check_in, check_ins, performed_at=performed_at, at_risk=at_risk)
        assert one == evaluate(check_in, iter(shuffled), performed_at=performed_at, at_risk=at_risk)


def final_state(check_ins: list[Entry], at_risk: bool) -> State:
    """Submitted one by one: each judged on arrival, the others seen anew; what ever fired on each."""
    current: list[Entry] = []
    fired: State = {}
    for check_in in check_ins:
        after = [*current, check_in]
        own = evaluate(check_in, after, performed_at=PERFORMED, at_risk=at_risk)
        fired[check_in.key] = frozenset(own.rules)
        revealed = newly_fired(
            current, after, performed_at=PERFORMED, at_risk=at_risk, except_key=check_in.key
        )
        for key, assessment, findings in revealed:
            assert fired[key].isdisjoint(finding.rule for finding in findings)
            fired[key] = frozenset(assessment.rules)
        current = after
    return fired


@steady
@given(series, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_submission_does_not_change_the_final_state(
    check_ins: list[Entry], at_risk: bool, chance: Any
) -> None:
    shuffled = check_ins.copy()
    chance.shuffle(shuffled)
    assert final_state(shuffled, at_risk) == final_state(sorted(check_ins, key=lambda e: e.at), at_risk)


@steady
@given(series, entries, st.booleans())
def test_what_newly_fires_is_what_judging_everything_twice_would_find(
    before: list[Entry], correction: Entry, at_risk: bool
) -> None:
    after = [*before[1:], replace(correction, key="correction")]

    def judged(check_ins: list[Entry]) -> State:
        found: State = {}
        for check_in in check_ins:
            one = evaluate(check_in, check_ins, performed_at=PERFORMED, at_risk=at_risk)
            found[check_in.key] = frozenset(one.rules)
        return found

    was = judged(before)
    expected = {key: rules - was.get(key, frozenset()) for key, rules in judged(after).items()}
    found = {
        key: frozenset(finding.rule for finding in findings)
        for key, _, findings in newly_fired(before, after, performed_at=PERFORMED, at_risk=at_risk)
    }
    assert found == {key: rules for key, rules in expected.items() if rules}


@steady
@given(series, st.sampled_from(sorted(Answers().to_json())), st.booleans())
def test_a_missing_answer_never_raises_the_level_of_its_check_in(
    check_ins: list[Entry], question: str, at_risk: bool
) -> None:
    first, *others = check_ins
    missing = replace(first, answers=replace(first.answers, **{question: None}))
    told = evaluate(first, others, performed_at=PERFORMED, at_risk=at_risk)
    untold = evaluate(missing, others, performed_at=PERFORMED, at_risk=at_risk)
    assert untold.level <= told.level
    assert set(untold.rules) <= set(told.rules)


@steady
@given(series, st.sampled_from(SYMPTOMS), st.booleans())
def test_a_missing_earlier_answer_never_raises_the_level_of_a_later_check_in(
    check_ins: list[Entry], symptom: str, at_risk: bool
) -> None:
    check_in, *others = check_ins
    untold = [replace(other, answers=replace(other.answers, **{symptom: None})) for other in others]
    full = evaluate(check_in, others, performed_at=PERFORMED, at_risk=at_risk)
    assert evaluate(check_in, untold, performed_at=PERFORMED, at_risk=at_risk).level <= full.level


@steady
@given(all_answers)
def test_any_answers_survive_the_way_through_json(answers: Answers) -> None:
    assert Answers.from_json(answers.to_json()) == answers
