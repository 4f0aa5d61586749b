"""Values of a submission, its placement, and its rejection."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from aftercare.checkins.models import CheckIn
from aftercare.people.models import Procedure
from aftercare.triage import Answers, fires_emergency


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A filled-in form. `observed_at` None means now; ids None mean none named.

    `filled_in_at`: when it was filled in, where it was kept on the phone until there was a network.
    `is_several`: about more than one procedure, or the patient is not sure which.
    """

    token: UUID
    answers: Answers
    note: str = ""
    observed_at: datetime | None = None
    filled_in_at: datetime | None = None
    procedure_id: UUID | None = None
    is_several: bool = False
    # True if the form asked for the area, because there is more than one.
    must_name_area: bool = False
    supersedes_id: UUID | None = None
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def is_emergency(self) -> bool:
        """True if the answers fire an emergency rule: then it is never refused."""
        return fires_emergency(self.answers)

    @property
    def is_for_now(self) -> bool:
        """True if the time was left empty."""
        return self.observed_at is None and "observed_at" not in self.unreadable


class RejectedError(ValueError):
    """The submission is invalid and nothing was stored. `problems`: errors by form field ("" for all)."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Place of a submission in the history: instant, procedure, further procedures, corrected check-in."""

    observed_at: datetime
    procedure: Procedure | None
    beside: tuple[Procedure, ...] = ()
    corrects: CheckIn | None = None
    in_series: bool = True

    @property
    def procedures(self) -> tuple[Procedure | None, ...]:
        """All procedures, its own first."""
        return (self.procedure, *self.beside)
