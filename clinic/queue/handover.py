"""The handover from one shift to the next: what is open, whose it is, and what was tried."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from aftercare.people.models import Clinic, User
from clinic.queue.page import Queue, queue_of
from clinic.queue.rows import QueueRow
from clinic.queue.silent_list import SilentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Every open alert and everybody who is silent, each with the last try to reach the patient."""

    queue: Queue

    @property
    def rows(self) -> list[QueueRow]:
        """The open alerts, a row for each patient, the worst first."""
        return [row for row in self.queue.rows if not row.is_closed]

    @property
    def silent(self) -> list[SilentRow]:
        return self.queue.silent


def handover_of(clinics: Collection[Clinic], now: datetime, user: User) -> Handover:
    """What the next shift has to know, in as many queries for one patient as for a hundred."""
    return Handover(queue=queue_of(clinics, now, user, rows_on_a_page=None))
