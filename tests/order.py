"""The order of the tests in a run of several processes: what takes longest begins first.

A plugin of pytest, loaded by `tests/conftest.py`. pytest-xdist deals the list of tests in equal shares, the first to
the first process, and a process that is done takes over the second half of what another has left. So a test of a
minute at the end of a share would run last, beside processes that have nothing to do. Such tests begin a share.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import groupby, islice
from typing import TypeVar

import pytest

Test = TypeVar("Test", bound=Hashable)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin the first share with the tests of processes, and the others with those that are marked `starts_first`."""
    shares = int(getattr(config, "workerinput", {}).get("workercount", 1))
    # In one process, one after the other: each starts servers that need all cores, and some measure time.
    of_processes = [item for item in items if item.get_closest_marker("processes")]
    long = [
        item for item in items if item.get_closest_marker("starts_first") and item not in set(of_processes)
    ]
    by_file = [list(group) for _path, group in groupby(long, key=lambda item: item.path)]
    items[:] = arrange(items, heads_of(shares, of_processes, by_file))


def heads_of(shares: int, first: Sequence[Test], groups: Sequence[Sequence[Test]]) -> list[list[Test]]:
    """Return what begins each share: `first` the first of them, and the groups in turn the others, if there are any."""
    heads = [list(first), *([] for _ in range(shares - 1))]
    for number, group in enumerate(groups):
        heads[(1 + number % (shares - 1)) if shares > 1 else 0] += group
    return heads


def arrange(tests: Sequence[Test], heads: Sequence[Sequence[Test]]) -> list[Test]:
    """Return the tests so that each head begins one of as many equal shares; the others stay in their order."""
    moved = {test for head in heads for test in head}
    others = (test for test in tests if test not in moved)
    arranged: list[Test] = []
    left = len(tests)
    for number, head in enumerate(heads):
        size = left // (len(heads) - number)  # as xdist counts
        arranged += [*head, *islice(others, max(0, size - len(head)))]
        left -= size
    return [*arranged, *others]
