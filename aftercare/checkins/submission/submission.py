"""What a patient sends, where it belongs, and why it is not taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from aftercare.checkins.models import CheckIn
from aftercare.people.models import Procedure
from aftercare.triage import Answers, fires_emergency


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One filled-in form. `observed_at` None means now; ids None mean that none was named.

    `is_several`: it is about more than one procedure, or the patient is not sure which.
    """

    token: UUID
    answers: Answers
    note: str = ""
    observed_at: datetime | None = None
    procedure_id: UUID | None = None
    is_several: bool = False
    # It comes from a form that asks which area it is about, where there is more than one.
    must_name_area: bool = False
    supersedes_id: UUID | None = None
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def is_emergency(self) -> bool:
        """Whether its answers fire an emergency rule: then it is never refused."""
        return fires_emergency(self.answers)

    @property
    def is_for_now(self) -> bool:
        """Whether its time was left empty."""
        return self.observed_at is None and "observed_at" not in self.unreadable


class RejectedError(ValueError):
    """The check-in was not taken and nothing was stored. `problems`: what to mend, by form field ("" for all)."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where a submission belongs: the instant described, the procedure, those beside it, and what it corrects."""

    observed_at: datetime
    procedure: Procedure | None
    beside: tuple[Procedure, ...] = ()
    corrects: CheckIn | None = None
    in_series: bool = True

    @property
    def procedures(self) -> tuple[Procedure | None, ...]:
        """All that it is judged by, its own first."""
        return (self.procedure, *self.beside)
