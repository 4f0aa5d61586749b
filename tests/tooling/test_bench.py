"""Calculations of the benchmarks. The benchmarks themselves never run inside a test."""

import pytest

from bench.support.queries import TRANSACTION
from bench.support.visits import CLIENTS, HIDDEN, Round, again_and_again, milliseconds, once_each, rate, ratio


def round_of(posts: int, *, seconds: float) -> Round:
    return Round(seconds=seconds, cpu=0.0, gets=[0.010] * posts, posts=[0.030] * posts)


def test_no_two_clients_are_the_same_person() -> None:
    taken = [next(sessions) for sessions in again_and_again([f"s{number}" for number in range(9)])]

    assert sorted(taken) == ["s0", "s1", "s2", "s3"]
    assert len(taken) == CLIENTS


def test_a_client_begins_again_with_its_own_people() -> None:
    first, *_ = again_and_again([f"s{number}" for number in range(8)])

    assert [next(first) for _ in range(4)] == ["s0", "s4", "s0", "s4"]


def test_where_a_person_may_come_once_nobody_comes_twice() -> None:
    sessions = [f"s{number}" for number in range(10)]

    assert sorted(person for client in once_each(sessions) for person in client) == sessions


def test_a_rate_is_the_median_of_its_rounds() -> None:
    assert rate([round_of(10, seconds=1), round_of(90, seconds=1), round_of(40, seconds=2)]) == 20.0


def test_a_ratio_holds_each_round_against_the_one_beside_it() -> None:
    # The machine was half as fast in the second pair of rounds; the ratio does not see that.
    portal = [round_of(60, seconds=1), round_of(30, seconds=1)]
    floor = [round_of(100, seconds=1), round_of(50, seconds=1)]

    assert ratio(portal, floor) == 0.6


def test_a_visit_takes_as_long_as_its_form_and_its_answer() -> None:
    assert milliseconds([round_of(50, seconds=1)], lambda each: each.visits, 99) == 40.0


@pytest.mark.parametrize(
    "statement",
    ["BEGIN", "COMMIT", "ROLLBACK", 'SAVEPOINT "s1"', 'RELEASE SAVEPOINT "s1"', 'ROLLBACK TO SAVEPOINT "s1"'],
)
def test_what_begins_and_ends_a_transaction_is_no_query(statement: str) -> None:
    assert TRANSACTION.match(statement)


@pytest.mark.parametrize("statement", ["SELECT 1", 'INSERT INTO "begin"', "UPDATE t SET begin = 1"])
def test_everything_else_is_a_query(statement: str) -> None:
    assert not TRANSACTION.match(statement)


def test_what_a_form_carries_along_is_found_in_its_html() -> None:
    html = (
        b'<form><input type="hidden" name="csrfmiddlewaretoken" value="abc">'
        b'<input type="hidden" name="token" value="0b1e" id="id_token"><input type="text" name="note" value="x">'
    )

    assert HIDDEN.findall(html) == [(b"csrfmiddlewaretoken", b"abc"), (b"token", b"0b1e")]
