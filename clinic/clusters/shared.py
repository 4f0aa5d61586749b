"""What the patients of a cluster have in common: who treated them, and the lots used."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.checkins.clusters.search import reports_of
from aftercare.checkins.models import CheckIn, Cluster, Finding
from aftercare.people.models import Lot, Procedure
from aftercare.people.treatments.loading import with_details


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """An operator or a lot that patients share. `is_elsewhere`: with patients of another clinic too."""

    name: str
    what: str
    patients: int
    of: int
    is_lot: bool
    is_elsewhere: bool

    @property
    def is_all(self) -> bool:
        return self.patients == self.of


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRecorded:
    """Something that is not recorded for some patients: it may be the same for all, and nobody can see it."""

    what: str
    patients: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What patients have in common, most patients first, and what is not recorded."""

    common: list[Common]
    missing: list[NotRecorded]
    was_elsewhere: bool

    @classmethod
    def of(cls, treated: Mapping[UUID, Collection[Procedure]], cluster: Cluster) -> Self:
        """Return what patients have in common. `treated`: by patient, the treatments that were reported about."""
        found = Found()
        for patient, procedures in treated.items():
            for procedure in procedures:
                found.add(patient, procedure)
        elsewhere = marks_elsewhere(cluster)
        common = list(found.common(len(treated), elsewhere or frozenset()))
        return cls(
            common=sorted(common, key=lambda one: (not one.is_elsewhere, -one.patients)),
            missing=list(found.missing(len(treated))),
            # There was something in common with another clinic, and a correction has taken it away.
            was_elsewhere=elsewhere is not None and not any(one.is_elsewhere for one in common),
        )


@dataclass
class Found:
    """Patients by mark, and the operator or the lots with this mark."""

    operators: dict[str, str] = field(default_factory=dict)
    lots: defaultdict[str, list[Lot]] = field(default_factory=lambda: defaultdict(list))
    patients: defaultdict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    # By kind of lot; who treated under OPERATOR.
    recorded: defaultdict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def add(self, patient: UUID, procedure: Procedure) -> None:
        if procedure.operator:
            self.operators[procedure.operator.person] = str(procedure.operator)
            self.patients[procedure.operator.person].add(patient)
            self.recorded[OPERATOR].add(patient)
        for lot in procedure.used_lots:
            self.lots[lot.mark].append(lot)
            self.patients[lot.mark].add(patient)
            self.recorded[lot.kind].add(patient)

    def common(self, number: int, elsewhere: Collection[str]) -> Iterable[Common]:
        """Yield what two patients or more have in common, or one with another clinic."""
        for mark, patients in self.patients.items():
            if len(patients) < MANY and mark not in elsewhere:
                continue
            lots = self.lots.get(mark, [])
            yield Common(
                name=spelling_of(lots) if lots else self.operators[mark],
                what=kinds_of(lots),
                patients=len(patients),
                of=number,
                is_lot=bool(lots),
                is_elsewhere=mark in elsewhere,
            )

    def missing(self, number: int) -> Iterable[NotRecorded]:
        """Yield what is not recorded for some patients."""
        names = {OPERATOR: _("Who treated"), **{kind.value: str(kind.label) for kind in Lot.Kind}}
        if not any(self.recorded[kind] for kind in Lot.Kind.values):
            names = {OPERATOR: names[OPERATOR], LOTS: pgettext("of a treatment", "Lots")}
        for key, what in names.items():
            if without := number - len(self.recorded[key]):
                yield NotRecorded(what=what, patients=without, of=number)


OPERATOR, LOTS = "operator", "lots"
MANY = 2


def spelling_of(lots: Iterable[Lot]) -> str:
    """Return the number of a lot as most wrote it; of several, the one with most signs."""
    spellings = Counter(lot.number for lot in lots)
    return max(spellings, key=lambda number: (spellings[number], len(number)))


def kinds_of(lots: Iterable[Lot]) -> str:
    """Return the kind with every product that was written down for it: the same lot can have two spellings."""
    lots = list(lots)
    products = dict.fromkeys(lot.product for lot in lots if lot.product)
    return ", ".join([*dict.fromkeys(lot.kind_words for lot in lots), *products])


def marks_elsewhere(cluster: Cluster) -> frozenset[str] | None:
    """Return the marks of the reports at other clinics that still stand; None if there never was one."""
    check_ins = list(cluster.elsewhere.values_list("check_in", flat=True))
    if not check_ins:
        return None
    reports = reports_of(Finding.objects.filter(assessment__check_in__in=check_ins))
    return frozenset().union(*(report.shared for report in reports))


def treatments_of(check_ins: Iterable[CheckIn]) -> dict[UUID, list[Procedure]]:
    """Return the treatments that each check-in is about, by its id, with operator and lots; in one query."""
    wanted = {check_in.pk: about(check_in) for check_in in check_ins}
    rows = Procedure.objects.filter(pk__in=set().union(*wanted.values()))
    found = {procedure.pk: procedure for procedure in with_details(rows)}
    return {
        check_in: [found[procedure] for procedure in procedures if procedure in found]
        for check_in, procedures in wanted.items()
    }


def about(check_in: CheckIn) -> set[UUID]:
    own = {check_in.procedure_id} if check_in.procedure_id else set()
    return own | {UUID(one) for one in check_in.several_of}
