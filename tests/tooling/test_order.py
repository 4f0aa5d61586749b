"""What takes longest begins first, in each process of a run."""

from __future__ import annotations

import pytest

from tests.order import arrange, heads_of


def test_each_head_begins_a_share_and_the_others_stay_in_their_order() -> None:
    tests = list("abcdefghijk")

    arranged = arrange(tests, [["k", "j"], ["e"], []])

    # xdist's shares of eleven: three, four and four.
    assert arranged == [*"kja", *"ebcd", *"fghi"]


@pytest.mark.parametrize(
    "heads", [[[*"cdab"], []], [[], [*"dcba"]], [[*"abcd"]], [["a"], ["b"], ["c"], ["d"]]]
)
def test_heads_longer_than_a_share_lose_no_test(heads: list[list[str]]) -> None:
    arranged = arrange("abcde", heads)

    assert sorted(arranged) == [*"abcde"]
    assert arranged[: len(heads[0])] == heads[0]


def test_tests_of_processes_begin_the_first_share_and_each_file_of_long_ones_another() -> None:
    files = [["a1", "a2"], ["b1"], ["c1", "c2"]]

    assert heads_of(3, ["p1", "p2"], files) == [["p1", "p2"], ["a1", "a2", "c1", "c2"], ["b1"]]
    assert heads_of(1, ["p1", "p2"], files) == [["p1", "p2", "a1", "a2", "b1", "c1", "c2"]]


def test_in_this_run_the_tests_of_processes_come_before_others(request: pytest.FixtureRequest) -> None:
    is_late = [item.get_closest_marker("processes") is None for item in request.session.items]
    of_processes = is_late.count(False)

    assert not any(is_late[:of_processes])
