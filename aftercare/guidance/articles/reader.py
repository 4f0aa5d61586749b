"""Where a reader stands: hours after which procedure, at which clinic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aftercare.people.models import Patient
from aftercare.ui.times import span_words


@dataclass(frozen=True, slots=True)
class Reader:
    """`kind` of procedure, and the hours since it."""

    kind: str
    hours: float

    @property
    def since(self) -> str:
        """ "26 hours", "5 days" """
        return span_words(self.hours)

    @classmethod
    def of(cls, patient: Patient, now: datetime) -> Reader | None:
        """After the latest procedure; None before the first."""
        done = patient.procedures.filter(performed_at__lte=now).order_by("-performed_at").first()
        return cls(done.kind, done.hours_at(now)) if done else None
