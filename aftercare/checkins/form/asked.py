"""What a check-in form asks: only what can be there at this hour of the recovery."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from aftercare.checkins.schedule import is_late
from aftercare.people.models import Procedure
from aftercare.triage import not_asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The questions of a form.

    `came_back`: whether a symptom can have come back. `left_out`: the ticks that cannot be there. `is_late`: ask
    for emergency signs, the four symptoms and the signs alone. What is answered is always shown.
    """

    came_back: bool = True
    left_out: frozenset[str] = frozenset()
    is_late: bool = False

    @classmethod
    def after(cls, recovering: Collection[Procedure], now: datetime, *, came_back: bool) -> Asked:
        """Return the questions after these procedures, one per area."""
        return cls(
            came_back=came_back,
            left_out=not_asked([(procedure.hours_at(now), procedure.kind) for procedure in recovering]),
            is_late=bool(recovering) and all(is_late(one.hours_at(now)) for one in recovering),
        )


# A form that is read, or drawn for nobody yet, knows every question.
EVERYTHING = Asked()
