"""Back-dated check-ins and corrections: what newly fires on the others."""

from typing import Any

import pytest

from aftercare.triage import Entry, Level, Limits, NewlyFired, evaluation, newly_fired
from tests.triage.build import PERFORMED, at, entry


def fires(before: list[Entry], after: list[Entry], **rest: Any) -> list[tuple[object, list[str]]]:
    rest = {"performed_at": PERFORMED, "at_risk": False, **rest}
    found: list[NewlyFired] = newly_fired(before, after, **rest)
    return [(key, [finding.rule for finding in findings]) for key, _, findings in found]


FIRST = entry(24, "first", redness=2)
LAST = entry(70, "last", redness=2)


def test_a_back_dated_clear_day_reveals_a_return() -> None:
    clear = entry(50, "clear", redness=0)
    [found] = newly_fired(
        [FIRST, LAST], [FIRST, LAST, clear], performed_at=PERFORMED, at_risk=False, except_key="clear"
    )
    assert found.key == "last"
    assert found.assessment.level is Level.URGENT
    assert found.assessment.rules == ("sudden_return.redness",)
    assert found.findings[0].evidence[0].at == at(50)


def test_only_what_did_not_fire_before_is_new() -> None:
    late = entry(80, "late", redness=2)
    clear = entry(50, "clear", redness=0)
    [found] = newly_fired([late], [late, clear], performed_at=PERFORMED, at_risk=False, except_key="clear")
    assert found.assessment.rules == ("past_expected.redness", "sudden_return.redness")
    assert [finding.rule for finding in found.findings] == ["sudden_return.redness"]


def test_the_newest_check_in_changes_nothing_earlier() -> None:
    newest = entry(90, "newest", redness=0)
    assert fires([FIRST, LAST], [FIRST, LAST, newest], except_key="newest") == []


def test_a_check_in_of_the_same_instant_is_not_earlier() -> None:
    same = entry(70, "same", redness=0)
    assert fires([LAST], [LAST, same], except_key="same") == []


def test_the_new_check_in_itself_is_left_to_the_caller_only_when_named() -> None:
    pus = entry(90, "new", signs=["pus"])
    assert fires([LAST], [LAST, pus], except_key="new") == []
    assert fires([LAST], [LAST, pus]) == [("new", ["pus"])]


def test_a_correction_can_turn_a_rise_of_two_into_a_rise_of_one() -> None:
    low = entry(24, "low", redness=0)
    corrected = entry(24, "corrected", redness=1)
    assert fires([low, LAST], [corrected, LAST], except_key="corrected") == [
        ("last", ["small_return.redness"])
    ]


def test_a_correction_that_moves_a_check_in_later_in_time_is_seen_from_its_first_instant() -> None:
    low = entry(24, "low", redness=1)
    moved = entry(60, "moved", redness=0)
    middle = entry(50, "middle", redness=2)
    # The middle one loses its low point and its small return; the last one gains a lower low.
    assert fires([low, middle, LAST], [moved, middle, LAST], except_key="moved") == [
        ("last", ["sudden_return.redness"])
    ]


def test_a_correction_under_the_same_key_is_noticed() -> None:
    low = entry(24, "low", redness=2)
    assert fires([low, LAST], [entry(24, "low", redness=0), LAST], except_key="low") == [
        ("last", ["sudden_return.redness"])
    ]


def test_a_check_in_that_changed_and_is_not_left_out_is_compared_with_itself() -> None:
    before = entry(70, "last", redness=2, signs=["pus"])
    after = entry(70, "last", redness=2, signs=["pus", "lumps"])
    assert fires([FIRST, before], [FIRST, after]) == [("last", ["lumps"])]


def test_a_check_in_that_moved_to_a_later_hour_is_judged_at_that_hour() -> None:
    assert fires([LAST], [entry(73, "last", redness=2)]) == [("last", ["past_expected.redness"])]
    assert fires([entry(80, "last", signs=["hot_sore"])], [entry(20, "last", signs=["hot_sore"])]) == [
        ("last", ["early_hot_sore_area"])
    ]


def test_a_check_in_taken_out_gives_no_low_point_any_more() -> None:
    low = entry(24, "low", redness=0)
    middle = entry(40, "middle", redness=1)
    assert fires([low, middle, LAST], [middle, LAST]) == [("last", ["small_return.redness"])]


def test_an_unchanged_series_fires_nothing() -> None:
    assert fires([FIRST, LAST], [LAST, FIRST]) == []
    assert fires([], []) == []


def test_what_is_found_comes_earliest_first() -> None:
    later = entry(71, "later", redness=2)
    clear = entry(50, "clear", redness=0)
    found = fires([later, LAST], [later, LAST, clear], except_key="clear")
    assert [key for key, _ in found] == ["last", "later"]


def test_risk_and_limits_are_those_passed_in() -> None:
    low = entry(24, "low", redness=1)
    assert fires([LAST], [LAST, low], except_key="low", at_risk=True) == [
        ("last", ["at_risk_patient", "small_return.redness"])
    ]
    strict = Limits(small_return_from_h=100)
    assert fires([LAST], [LAST, low], except_key="low", limits=strict) == []


def test_without_a_procedure_a_back_dated_check_in_changes_nothing() -> None:
    low = entry(24, "low", redness=0)
    assert fires([LAST], [LAST, low], except_key="low", performed_at=None) == []


def test_a_newest_check_in_costs_no_second_look_at_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = []
    monkeypatch.setattr(evaluation, "evaluate", lambda entry, *_, **__: evaluated.append(entry.key))
    old = [entry(hour, redness=1) for hour in (*range(60), 70)]
    assert fires(old, [*old, LAST], except_key="last") == []
    assert evaluated == []
