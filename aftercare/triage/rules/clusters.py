"""Clusters: signs of infection that several patients of one clinic, operator or lot report within a short time.

Several such reports can have one cause: a product, a lot, a tool, or how it was cleaned. The rules, the number of
patients and the days are a proposal, for the clinician to sign like every threshold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
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
    """A check-in by which a patient reported such a sign, at the UTC instant of the report.

    `shared`: marks of the operator and of the lots of the treatment; equal marks mean the same operator or lot, at
    any clinic. What was not recorded has no mark.
    """

    key: UUID
    patient: UUID
    at: datetime
    rules: tuple[str, ...] = ()
    clinic: int = 0
    shared: frozenset[str] = frozenset()


def clusters_at(clinic: int, reports: Iterable[SignReport]) -> list[list[SignReport]]:
    """Return the clusters of one clinic, operator or lot that a clinic has a part in, oldest first.

    `reports`: the clinic's own, and of other clinics those that share an operator or a lot with one of these.
    Clusters that share a report are one.
    """
    groups: defaultdict[str, list[SignReport]] = defaultdict(list)
    reports = list(reports)
    own = [report for report in reports if report.clinic == clinic]
    for report in reports:
        for mark in report.shared:
            groups[mark].append(report)
    marks = sorted({mark for report in own for mark in report.shared})
    found = [cluster for group in (own, *(groups[mark] for mark in marks)) for cluster in clusters_of(group)]
    return joined([cluster for cluster in found if any(report.clinic == clinic for report in cluster)])


def joined(clusters: Iterable[list[SignReport]]) -> list[list[SignReport]]:
    """Return clusters with those that share a report as one, oldest first."""
    apart: list[dict[UUID, SignReport]] = []
    for cluster in clusters:
        whole = {report.key: report for report in cluster}
        for other in [one for one in apart if one.keys() & whole.keys()]:
            apart.remove(other)
            whole = {**other, **whole}
        apart.append(whole)
    ordered = [sorted(one.values(), key=lambda report: report.at) for one in apart]
    return sorted(ordered, key=lambda cluster: cluster[0].at)


def clusters_of(reports: Iterable[SignReport]) -> list[list[SignReport]]:
    """Return the clusters in reports that have one thing in common, oldest first.

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
            gone = ordered[first].patient
            patients[gone] -= 1
            if not patients[gone]:
                del patients[gone]
            first += 1
        if len(patients) >= CLUSTER_PATIENTS:
            begin = spans.pop()[0] if spans and spans[-1][1] >= first else first
            spans.append((begin, last))
    return [ordered[begin : end + 1] for begin, end in spans]
