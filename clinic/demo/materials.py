"""Who treated in the demonstration, and with which lots: made up from the treatment alone."""

from __future__ import annotations

from datetime import datetime

from aftercare.people.models import Clinic, Lot, Operator, Procedure, StaffMember
from aftercare.people.treatments.comparing import compared
from aftercare.people.treatments.details import NOT_RECORDED, LotEntry, TreatmentDetails
from aftercare.people.treatments.operators import operator_called
from clinic.demo.fast_rows import fast_row

# Made-up products.
NEEDLES = {"mn": "FineLine cartridge 12", "rf": "ThermaPoint tip 25"}
OPERATORS = {"mn": StaffMember.Role.NURSE, "rf": StaffMember.Role.CLINICIAN}
NOT_WRITTEN_DOWN = 5  # on every so many days nobody wrote it down


def materials_of(kind: str, performed_at: datetime, operators: dict[str, str]) -> TreatmentDetails:
    """Return who treated, and the lots used. `operators`: names by the kind of treatment."""
    if performed_at.day % NOT_WRITTEN_DOWN == 0:
        return NOT_RECORDED
    month, half = f"{performed_at:%y%m}", "A" if performed_at.day < 16 else "B"
    lots = {
        LotEntry(kind=Lot.Kind.NEEDLE, number=f"{kind.upper()}-{month}{half}", product=NEEDLES[kind]),
        LotEntry(kind=Lot.Kind.PRODUCT, number=f"HY {month}", product="Hydra serum"),
    }
    if kind == "rf":
        lots.add(LotEntry(kind=Lot.Kind.NUMBING, number=f"N{month}-7", product="Numbing cream 5 %"))
    return TreatmentDetails(operator=operators[kind], lots=frozenset(lots))


def operator_names(clinic: Clinic) -> dict[str, str]:
    """Return who performs each kind of treatment at a clinic."""
    members = clinic.staff_members.select_related("user").order_by("-pk")
    names = {member.role: str(member.user) for member in members}
    return {kind: names[role] for kind, role in OPERATORS.items()}


def operators_of(clinic: Clinic) -> dict[str, Operator]:
    """Return the operators of each kind of treatment, new if need be."""
    found = {kind: operator_called(clinic, name) for kind, name in operator_names(clinic).items()}
    return {kind: operator for kind, operator in found.items() if operator}


def lot_rows(procedure: Procedure, clinic: Clinic, details: TreatmentDetails) -> list[Lot]:
    """Return the rows of the lots, to be written in bulk."""
    return [
        fast_row(
            Lot,
            {
                "procedure_id": procedure.pk,
                "clinic_id": clinic.pk,
                "kind": lot.kind,
                "product": lot.product,
                "number": lot.number,
                "key": compared(lot.number),
            },
        )
        for lot in sorted(details.lots, key=lambda lot: (lot.kind, lot.number))
    ]
