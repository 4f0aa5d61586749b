"""The reader of an article: kind of procedure, and hours since it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aftercare.people.models import Patient
from aftercare.ui.times import span_words


@dataclass(frozen=True, slots=True)
class Reader:
    """`kind` of procedure, and `hours` since it."""

    kind: str
    hours: float

    @property
    def since(self) -> str:
        """Time since the procedure: "26 hours", "5 days" """
        return span_words(self.hours)

    @classmethod
    def of(cls, patient: Patient, now: datetime) -> Reader | None:
        """Return the reader after the patient's latest procedure; None before the first."""
        done = patient.procedures.filter(performed_at__lte=now).order_by("-performed_at").first()
        return cls(done.kind, done.hours_at(now)) if done else None
