"""The handover to the next shift: open alerts, their owners, and contact attempts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from aftercare.people.models import Clinic, Patient, User
from clinic.queue.page import Queue, queue_of
from clinic.queue.rows import QueueRow
from clinic.queue.silent_list import SilentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Every open alert and every silent patient, each with the last contact attempt."""

    queue: Queue

    @property
    def rows(self) -> list[QueueRow]:
        """The open alerts, one row per patient, highest level first."""
        return [row for row in self.queue.rows if not row.is_closed]

    @property
    def patients(self) -> list[Patient]:
        """Every patient listed."""
        return [*(row.patient for row in self.rows), *(row.patient for row in self.silent)]

    @property
    def silent(self) -> list[SilentRow]:
        return self.queue.silent


def handover_of(clinics: Collection[Clinic], now: datetime, user: User) -> Handover:
    """Return the handover, in a constant number of queries."""
    return Handover(queue=queue_of(clinics, now, user, rows_on_a_page=None))
