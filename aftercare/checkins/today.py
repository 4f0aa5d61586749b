"""The first page of a patient: where the recovery stands, and whether a check-in is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aftercare.checkins.models import CheckIn
from aftercare.checkins.recovery import DAILY_UNTIL_H, WEEKLY_UNTIL_H
from aftercare.people.models import Patient, Procedure
from aftercare.ui.times import span_words

NOON, EVENING = 12, 18
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Today:
    """`procedure`: the latest; `last`: the check-in submitted last."""

    now: datetime
    patient: Patient
    procedure: Procedure | None
    last: CheckIn | None

    @classmethod
    def of(cls, patient: Patient, now: datetime) -> Today:
        done = patient.procedures.filter(performed_at__lte=now)
        last = patient.check_ins.defer("advice").order_by("-submitted_at", "-number").first()
        return cls(now, patient, done.in_order().last(), last)

    @property
    def hours(self) -> float | None:
        return self.procedure.hours_at(self.now) if self.procedure else None

    @property
    def since(self) -> str:
        """How long ago the procedure was."""
        return span_words(self.hours) if self.hours is not None else ""

    @property
    def is_due(self) -> bool:
        """Daily to day 7, then weekly to day 28. Without a procedure nothing is due; reporting stays open."""
        if self.hours is None or self.hours > WEEKLY_UNTIL_H:
            return False
        if self.last is None:
            return True
        zone = self.patient.clinic.zone
        if self.hours <= DAILY_UNTIL_H:
            return self.last.submitted_at.astimezone(zone).date() < self.now.astimezone(zone).date()
        return self.last.submitted_at <= self.now - WEEK

    @property
    def title(self) -> str:
        """ "This evening’s check-in" """
        hour = self.now.astimezone(self.patient.clinic.zone).hour
        part = "morning" if hour < NOON else "afternoon" if hour < EVENING else "evening"
        return f"This {part}’s check-in"
