"""The index of rules leaves out no rule that fires."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from aftercare.triage import (
    DEFAULT_COURSES,
    LIMITS,
    SYMPTOMS,
    Answers,
    CameBack,
    EmergencySign,
    Entry,
    Limits,
    Painkiller,
    Sign,
    Unwell,
)
from aftercare.triage.index import Checked, RuleIndex, needed_answers
from aftercare.triage.rules import BY_PROCEDURE, CHECKED
from aftercare.triage.series import Fired, Moment
from tests.triage.build import PERFORMED, answers, entry

EVERYTHING_AT_ONCE = Limits(
    settle_h=0, small_return_from_h=0, other_rise_from_h=0, hot_sore_h=0, late_severe_pain_h=0
)


def some_answers(chance: random.Random) -> Answers:
    return Answers(
        **{symptom: chance.choice((None, 0, 1, 2, 3, 4)) for symptom in SYMPTOMS},
        painkiller=chance.choice((None, *Painkiller)),
        itch_bothers=chance.choice((None, False, True)),
        came_back=chance.choice((None, *CameBack)),
        signs=chance.choice((None, frozenset(chance.sample(list(Sign), chance.randint(0, 3))))),
        unwell=chance.choice((None, frozenset(chance.sample(list(Unwell), chance.randint(0, 2))))),
        emergency=frozenset(chance.sample(list(EmergencySign), int(chance.random() < 0.1))),
        want_contact=chance.choice((None, False, True)),
    )


def some_moment(chance: random.Random) -> Moment:
    def some_entry(key: str) -> Entry:
        at = PERFORMED + timedelta(hours=chance.randint(-24, 900))
        return Entry(key, at, some_answers(chance), DEFAULT_COURSES[chance.choice(("mn", "rf"))])

    return Moment(
        some_entry("now"),
        [some_entry("earlier") for _number in range(2)],
        performed_at=chance.choice((None, PERFORMED, PERFORMED, PERFORMED)),
        limits=chance.choice((LIMITS, EVERYTHING_AT_ONCE)),
    )


@pytest.mark.parametrize("rules", [CHECKED, BY_PROCEDURE], ids=["all", "by procedure"])
def test_no_rule_that_fires_is_left_out(rules: Checked) -> None:
    index, fired, run = RuleIndex(rules), Counter[str](), 0
    chance = random.Random(16)
    for _number in range(4_000):
        moment = some_moment(chance)
        firing = [rule.id for rule, condition in rules if condition(moment)]
        listed = index.may_fire(moment)
        assert [rule.id for rule, condition in listed if condition(moment)] == firing
        fired.update(firing)
        run += len(listed)

    assert set(fired) == {rule.id for rule, _ in rules}
    # Answers at random give many rules something to look at, and still not half of them.
    assert run < 4_000 * len(rules) / 2


def test_a_quiet_check_in_needs_no_rule() -> None:
    quiet = entry(
        30, redness=0, pain=1, swelling=0, itch=0, came_back="no", signs=[], unwell=[], want_contact=False
    )

    names = {
        rule.id
        for rule, _ in RuleIndex(CHECKED).may_fire(Moment(quiet, (), performed_at=PERFORMED, limits=LIMITS))
    }

    assert names == {"mild_past_expected.pain"}


def fires_whatever_is_answered(moment: Moment) -> Fired | None:
    return None if moment.answers.pain == 0 else Fired(())


def test_a_rule_that_fires_without_an_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="without an answer"):
        list(needed_answers(fires_whatever_is_answered, {}))


def reads_all_answers_at_once(moment: Moment) -> Fired | None:
    return Fired(()) if moment.answers.to_json() else None


def test_a_rule_that_reads_what_the_index_does_not_know_is_refused() -> None:
    with pytest.raises(KeyError, match="to_json"):
        list(needed_answers(reads_all_answers_at_once, {}))


def test_unanswered_questions_run_no_rule() -> None:
    empty = Entry("now", PERFORMED, answers(), DEFAULT_COURSES["mn"])

    assert RuleIndex(CHECKED).may_fire(Moment(empty, (), performed_at=PERFORMED, limits=LIMITS)) == ()
