"""The handover from one shift to the next: what is open, whose it is, and what was tried."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID

from aftercare.alerts.models import ContactAttempt
from aftercare.people.models import Clinic, User
from clinic.queue import Queue, Row, SilentRow, queue_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Every open alert and everybody who is silent, each with the last try to reach the patient."""

    queue: Queue
    tried: dict[UUID, ContactAttempt]

    @property
    def rows(self) -> list[tuple[Row, ContactAttempt | None]]:
        """The open alerts, a row for each patient, the worst first."""
        waiting = chain(self.queue.now, self.queue.today, self.queue.routine)
        return [(row, self.tried.get(row.patient.pk)) for row in waiting]

    @property
    def silent(self) -> list[SilentRow]:
        return self.queue.silent


def handover_of(clinics: Collection[Clinic], now: datetime, user: User) -> Handover:
    """What the next shift has to know, in as many queries for one patient as for a hundred."""
    queue = queue_of(clinics, now, user)
    waiting = chain(queue.now, queue.today, queue.routine)
    return Handover(queue=queue, tried=last_attempts(row.patient.pk for row in waiting))


def last_attempts(patients: Iterable[UUID]) -> dict[UUID, ContactAttempt]:
    """The last try to reach each of these patients."""
    attempts = ContactAttempt.objects.filter(patient__in=list(patients)).select_related("by")
    return {attempt.patient_id: attempt for attempt in attempts.order_by("at", "pk")}
