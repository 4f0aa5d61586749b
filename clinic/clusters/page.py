"""A cluster for managers: which reports, of which signs, after which treatments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from django.utils.translation import gettext

from aftercare.checkins.clusters.search import reports_of
from aftercare.checkins.models import Cluster, ClusterReport, Finding
from aftercare.people.models import Patient, Procedure
from aftercare.triage import RULES
from clinic.clusters.shared import Shared, treatments_of
from clinic.labels import treatment_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A report of a cluster. `counts`: it was neither corrected nor closed as a mistake since."""

    report: ClusterReport
    counts: bool
    treatments: list[Procedure]

    @property
    def patient(self) -> Patient:
        return self.report.check_in.patient

    @property
    def procedure(self) -> Procedure | None:
        return self.report.check_in.procedure

    @property
    def signs(self) -> list[str]:
        """The rules in words for staff."""
        return [gettext(RULES[rule].staff) for rule in self.report.rules if rule in RULES]

    @property
    def treatment(self) -> str:
        """The treatment in words, with the time from it to what the check-in describes."""
        return treatment_words(self.report.check_in.procedure, self.report.check_in.observed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPage:
    """The reports of one cluster, newest first."""

    cluster: Cluster
    rows: list[ReportRow]
    shared: Shared

    @classmethod
    def of(cls, cluster: Cluster) -> Self:
        reports = list(
            cluster.reports.select_related(
                "check_in__patient__user", "check_in__procedure", "check_in__superseded_by"
            ).order_by("-reported_at", "-pk")
        )
        ids = {report.check_in_id for report in reports}
        standing = {one.key for one in reports_of(Finding.objects.filter(assessment__check_in__in=ids))}
        treatments = treatments_of(report.check_in for report in reports)
        rows = [
            ReportRow(
                report=report,
                counts=report.check_in_id in standing,
                treatments=treatments[report.check_in_id],
            )
            for report in reports
            if replaced_by(report) not in ids
        ]
        return cls(cluster=cluster, rows=rows, shared=Shared.of(treated(rows), cluster))

    @property
    def is_elsewhere(self) -> bool:
        """True if patients of another clinic share an operator or a lot with these."""
        return any(one.is_elsewhere for one in self.shared.common)

    @property
    def patients(self) -> list[Patient]:
        """Each patient once."""
        return list({row.patient.pk: row.patient for row in self.rows}.values())

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """The kinds of device with their number of patients, most first."""
        devices = {(row.patient.pk, row.procedure.kind) for row in self.rows if row.procedure}
        found = Counter(Procedure.Kind(kind) for _patient, kind in devices)
        return [(str(kind.label), number) for kind, number in found.most_common()]

    @property
    def first_at(self) -> datetime:
        return min(row.report.reported_at for row in self.rows)

    @property
    def last_at(self) -> datetime:
        return max(row.report.reported_at for row in self.rows)


def treated(rows: Iterable[ReportRow]) -> dict[UUID, list[Procedure]]:
    """Return by patient the treatments of the reports that count."""
    found: defaultdict[UUID, list[Procedure]] = defaultdict(list)
    for row in rows:
        if row.counts:
            found[row.patient.pk] += row.treatments
    return found


def replaced_by(report: ClusterReport) -> object:
    """Return the id of the correction of a report's check-in; None without one."""
    correction = getattr(report.check_in, "superseded_by", None)
    return correction.pk if correction else None
