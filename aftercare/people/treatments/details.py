"""Who performed a treatment, and the lots that were used, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from aftercare.people.models import Lot, Procedure
from aftercare.people.treatments.comparing import compared
from aftercare.people.treatments.operators import label_of, without_address


@dataclass(frozen=True, slots=True, kw_only=True)
class LotEntry:
    """A lot as typed. `product` may be empty: then the clinic's last entry of the same lot names it."""

    kind: str
    number: str
    product: str = ""

    @classmethod
    def of(cls, lot: Lot) -> Self:
        return cls(kind=lot.kind, number=lot.number, product=lot.product)

    @property
    def identity(self) -> tuple[str, str]:
        """What is the same for the same lot."""
        return self.kind, compared(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentDetails:
    """Who performed a treatment, by name, and the lots used. What is empty is not recorded."""

    operator: str = ""
    lots: frozenset[LotEntry] = frozenset()

    @classmethod
    def of(cls, procedure: Procedure) -> Self:
        return cls(
            operator=label_of(procedure.operator) if procedure.operator else "",
            lots=frozenset(LotEntry.of(lot) for lot in procedure.lots.all()),
        )

    def only_adds_to(self, before: TreatmentDetails) -> bool:
        """Return True if everything recorded before is recorded as it was."""
        return before.operator in {"", self.operator} and before.lots <= self.lots

    def to_json(self) -> dict[str, Any]:
        """Return what is recorded."""
        ordered = sorted(self.lots, key=lambda lot: (lot.kind, lot.number))
        lots = [{"kind": lot.kind, "number": lot.number, "product": lot.product} for lot in ordered]
        recorded = {"operator": without_address(self.operator), "lots": lots}
        return {key: value for key, value in recorded.items() if value}


NOT_RECORDED = TreatmentDetails()
