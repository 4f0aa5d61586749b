"""Clusters: three patients within 30 days, counted back from each report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_OID, uuid4, uuid5

import pytest

from aftercare.triage import (
    CLUSTER_DAYS,
    CLUSTER_PATIENTS,
    CLUSTER_RULES,
    RULES,
    Level,
    SignReport,
    clusters_at,
    clusters_of,
)

START = datetime(2026, 1, 12, tzinfo=UTC)


def report(patient: str, day: float, seconds: float = 0) -> SignReport:
    at = START + timedelta(days=day, seconds=seconds)
    return SignReport(key=uuid4(), patient=uuid5(NAMESPACE_OID, patient), at=at)


def test_the_rules_are_urgent_ones_of_the_engine() -> None:
    assert (CLUSTER_PATIENTS, CLUSTER_DAYS) == (3, 30)
    assert {RULES[rule].level for rule in CLUSTER_RULES} == {Level.URGENT}


@pytest.mark.parametrize(
    ("reports", "found"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([("a", 0), ("b", 1)], [], id="two patients"),
        pytest.param([("a", 0), ("a", 1), ("a", 2), ("b", 3)], [], id="one of two patients thrice"),
        pytest.param([("a", 0), ("b", 1), ("c", 30)], [3], id="day 30 is within"),
        pytest.param([("a", 0), ("b", 1), ("c", 31)], [], id="day 31 is not"),
        pytest.param([("c", 30), ("a", 0), ("b", 1)], [3], id="in any order"),
        pytest.param(
            [("a", 0), ("b", 1), ("c", 31), ("a", 31)], [3], id="a later report of the first counts"
        ),
        pytest.param([("a", 0), ("b", 1), ("c", 2), ("d", 25), ("e", 26)], [5], id="it grows"),
        pytest.param(
            [("a", 0), ("b", 20), ("c", 30), ("d", 50)], [4], id="windows that share a report are one"
        ),
        pytest.param(
            [("a", 0), ("b", 1), ("c", 2), ("d", 40), ("e", 41), ("f", 42)],
            [3, 3],
            id="two after a quiet time",
        ),
    ],
)
def test_clusters(reports: list[tuple[str, float]], found: list[int]) -> None:
    assert [len(cluster) for cluster in clusters_of(report(*one) for one in reports)] == found


def test_the_limit_is_exact() -> None:
    two = [report("a", 0), report("b", 1)]
    assert clusters_of([*two, report("c", 30, seconds=1)]) == []
    assert len(clusters_of([*two, report("c", 30)])) == 1


def at_clinic(clinic: int, patient: str, day: float, *shared: str) -> SignReport:
    made = report(patient, day)
    return SignReport(key=made.key, patient=made.patient, at=made.at, clinic=clinic, shared=frozenset(shared))


@pytest.mark.parametrize(
    ("reports", "found"),
    [
        pytest.param([(1, "a", 0), (1, "b", 1), (1, "c", 2)], [["a", "b", "c"]], id="of the clinic"),
        pytest.param([(1, "a", 0), (1, "b", 1), (2, "c", 2)], [], id="two clinics that share nothing"),
        pytest.param(
            [(1, "a", 0, "lot"), (2, "b", 1, "lot"), (2, "c", 2, "lot")],
            [["a", "b", "c"]],
            id="a lot elsewhere",
        ),
        pytest.param(
            [(1, "a", 0, "lot"), (2, "b", 1, "lot"), (2, "c", 31, "lot")], [], id="a lot over too many days"
        ),
        pytest.param(
            [(1, "a", 0, "one"), (2, "b", 1, "other"), (2, "c", 2, "one")],
            [],
            id="two lots with two patients",
        ),
        pytest.param(
            [(1, "a", 0, "lot", "ann"), (2, "b", 1, "lot"), (2, "c", 2, "ann")],
            [],
            id="a lot with two, and an operator with two",
        ),
        pytest.param(
            [(2, "a", 0, "lot"), (2, "b", 1, "lot"), (3, "c", 2, "lot")],
            [],
            id="a lot of other clinics alone",
        ),
        pytest.param(
            [(1, "a", 0, "lot"), (1, "b", 1, "lot"), (1, "c", 2, "lot")],
            [["a", "b", "c"]],
            id="the clinic and a lot make one",
        ),
        pytest.param(
            [(1, "a", 0, "lot"), (1, "b", 1), (1, "c", 2), (2, "d", 3, "lot"), (2, "e", 4, "lot")],
            [["a", "b", "c", "d", "e"]],
            id="a cluster of the clinic and one of a lot share a patient",
        ),
        pytest.param(
            [
                (1, "a", 0, "lot"),
                (2, "b", 1, "lot"),
                (2, "c", 2, "lot"),
                (1, "x", 50),
                (1, "y", 51),
                (1, "z", 52),
            ],
            [["a", "b", "c"], ["x", "y", "z"]],
            id="two that share nothing, oldest first",
        ),
    ],
)
def test_clusters_at_a_clinic(reports: list[tuple[int, str, float]], found: list[list[str]]) -> None:
    made = [at_clinic(*one) for one in reports]
    names = {uuid5(NAMESPACE_OID, letter): letter for letter in "abcdexyz"}

    assert [[names[one.patient] for one in cluster] for cluster in clusters_at(1, made)] == found
