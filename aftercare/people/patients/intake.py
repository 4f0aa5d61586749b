"""Intake: eleven questions answered with yes or no, or not asked. Not asked does not mean low risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from aftercare.people.models import AT_RISK_QUESTIONS, IntakeQuestion, Patient

YES, NO, NOT_ASKED = "yes", "no", "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Keys of questions answered with yes, and of all answered ones, in order."""

    yes: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    @classmethod
    def of(cls, patient: Patient) -> Self:
        return cls.read(patient.intake, patient.intake_asked)

    @classmethod
    def read(cls, intake: list[str] | None, asked: list[str] | None) -> Self:
        """Read the two columns: `intake` None means nothing was asked, `intake_asked` None that all were."""
        if intake is None:
            return cls()
        return cls(yes=tuple(intake), asked=tuple(IntakeQuestion.values if asked is None else asked))

    def answer(self, key: str) -> str:
        """Return "yes", "no" or "not_asked"."""
        return YES if key in self.yes else NO if key in self.asked else NOT_ASKED

    def answered(self, answers: Mapping[str, str]) -> Self:
        """Return the intake with these answers; other questions keep theirs."""
        now = {key: answers.get(key) or self.answer(key) for key in IntakeQuestion.values}
        return type(self)(
            yes=tuple(key for key in now if now[key] == YES),
            asked=tuple(key for key in now if now[key] != NOT_ASKED),
        )

    @property
    def stored(self) -> tuple[list[str] | None, list[str] | None]:
        """Return the two columns `intake` and `intake_asked`."""
        if not self.asked:
            return None, None
        return list(self.yes), None if len(self.asked) == len(IntakeQuestion.values) else list(self.asked)

    @property
    def is_risk_asked(self) -> bool:
        return set(self.asked) >= AT_RISK_QUESTIONS
