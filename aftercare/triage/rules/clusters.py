"""Clusters: signs of infection that several patients of one clinic report within a short time.

Several such reports can have one cause: a product, a lot, a tool, or how it was cleaned. The rules, the number of
patients and the days are a proposal, for the clinician to sign like every threshold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

# Lumps from week 2 on and sores from week 1 on can be infections with mycobacteria; pus and spreading redness,
# infections with ordinary bacteria.
CLUSTER_RULES = ("late_lumps", "late_open_sore", "pus", "spreading")
CLUSTER_PATIENTS = 3
CLUSTER_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SignReport:
    """A check-in by which a patient reported such a sign, at the UTC instant of the report."""

    key: UUID
    patient: UUID
    at: datetime
    rules: tuple[str, ...] = ()


def clusters_of(reports: Iterable[SignReport]) -> list[list[SignReport]]:
    """Return the clusters in the reports of one clinic, oldest first.

    A report completes a cluster if, within the 30 days up to it (inclusive), three or more patients have reported.
    Clusters that share a report are one.
    """
    ordered = sorted(reports, key=lambda report: report.at)
    patients: Counter[UUID] = Counter()
    spans: list[tuple[int, int]] = []
    first = 0
    for last, report in enumerate(ordered):
        patients[report.patient] += 1
        while ordered[first].at < report.at - timedelta(days=CLUSTER_DAYS):
            patients[ordered[first].patient] -= 1
            first += 1
        if len(+patients) >= CLUSTER_PATIENTS:
            begin = spans.pop()[0] if spans and spans[-1][1] >= first else first
            spans.append((begin, last))
    return [ordered[begin : end + 1] for begin, end in spans]
