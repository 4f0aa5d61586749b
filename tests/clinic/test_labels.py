"""Every answer, sign and rule has words for staff."""

from __future__ import annotations

import pytest

from aftercare.triage import RULES, CameBack, EmergencySign, Evidence, Painkiller, Sign, Unwell
from aftercare.triage.answers import KEYS
from clinic.labels import (
    LIMITS_IN_WORDS,
    QUESTIONS,
    WORDS,
    answer_words,
    evidence_lines,
    limit_words,
    short_evidence,
)
from tests.factories import at


def test_every_question_and_every_word_of_the_form_has_words() -> None:
    assert set(QUESTIONS) == set(KEYS)
    for group in (Painkiller, CameBack, Sign, Unwell, EmergencySign):
        assert {word.value for word in group} <= set(WORDS)


def test_words_about_limits_belong_to_rules() -> None:
    assert set(LIMITS_IN_WORDS) <= {rule.family for rule in RULES.values()}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "Not answered"),
        (0, "None"),
        (4, "Very severe"),
        (True, "Yes"),
        (False, "No"),
        ("did_not_help", "Taken, did not help"),
        ([], "None of these"),
        (["bruise", "pus"], "Bruise; Pus bumps, or yellow or green fluid"),
    ],
)
def test_an_answer_that_was_not_given_is_never_read_as_none(value: object, said: str) -> None:
    assert answer_words(value) == said


def test_evidence_is_told_in_the_order_of_time() -> None:
    evidence = [Evidence("redness", 3, at(70), 70.0), Evidence("redness", 1, at(46), 46.0)]
    assert evidence_lines(evidence, at(70)) == ["Redness: mild at 46 h (Wed 08:00), severe at 70 h (08:00)"]
    assert short_evidence(evidence) == "Mild to severe at 70 h"


def test_several_ticks_of_one_question_share_a_line() -> None:
    evidence = [Evidence("unwell", "nausea", at(5), None), Evidence("unwell", "headache", at(5), None)]
    assert evidence_lines(evidence, at(5)) == ["Feeling ill: feeling sick and headache (15:00)"]
    assert short_evidence(evidence) == ""


def test_a_higher_risk_is_said_without_a_time() -> None:
    evidence = [Evidence("at_risk", True, at(5), 5.0), Evidence("unwell", "fever", at(5), 5.0)]
    assert evidence_lines(evidence, at(5))[0] == "The patient is marked as at risk"


def test_a_limit_is_put_in_words_by_the_family_of_its_rule() -> None:
    assert limit_words("past_expected.itch", 72.0) == "Expected to be below moderate after 72 h."
    assert limit_words("pus", None) == ""
