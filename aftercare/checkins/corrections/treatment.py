"""The fields of a procedure that staff can correct."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from aftercare.people.models import Procedure
from aftercare.people.treatments.details import NOT_RECORDED, TreatmentDetails


@dataclass(frozen=True, kw_only=True, slots=True)
class Treatment:
    """The correctable fields of a procedure. `details`: None leaves them as they are."""

    kind: str
    area: str
    performed_at: datetime
    details: TreatmentDetails | None = None

    @classmethod
    def of(cls, procedure: Procedure) -> Self:
        return cls(
            kind=procedure.kind,
            area=procedure.area,
            performed_at=procedure.performed_at,
            details=TreatmentDetails.of(procedure),
        )

    @property
    def known_details(self) -> TreatmentDetails:
        return self.details or NOT_RECORDED

    def with_details_of(self, other: Treatment) -> Treatment:
        """Return this treatment; without details of its own, with those of another."""
        return self if self.details is not None else replace(self, details=other.details)

    def is_same_course(self, other: Treatment) -> bool:
        """Return True if recovery from both is judged alike: the same kind, area and time."""
        return replace(self, details=None) == replace(other, details=None)

    def only_adds_to(self, before: Treatment) -> bool:
        """Return True if this treatment only adds details that were not recorded."""
        return self.is_same_course(before) and self.known_details.only_adds_to(before.known_details)

    def to_json(self) -> dict[str, Any]:
        times = {"kind": self.kind, "area": self.area, "performed_at": self.performed_at.isoformat()}
        return {**times, **self.known_details.to_json()}
