"""The companions of a patient, as the page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from aftercare.outbox.models import Message
from aftercare.people.companions.actions import KIND
from aftercare.people.models import Companion, Patient


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionRow:
    """A companion. `state`: "active", "invited", "failed" (the mail did not arrive) or "old"."""

    companion: Companion
    state: str

    @classmethod
    def of(cls, companion: Companion, now: datetime, *, is_failed: bool = False) -> Self:
        state = "active"
        if companion.accepted_at is None:
            state = "failed" if is_failed else "invited" if companion.is_open(now) else "old"
        return cls(companion=companion, state=state)


def rows_of(patient: Patient, now: datetime) -> list[CompanionRow]:
    """Return the patient's companions, the first invited first, in two queries."""
    own = list(patient.companions.not_removed())
    failed = set(
        Message.objects.filter(
            kind=KIND, subject__in=[one.pk for one in own], state=Message.State.FAILED
        ).values_list("subject", flat=True)
    )
    return [CompanionRow.of(one, now, is_failed=one.pk in failed) for one in own]
