"""The intake: eleven questions, each answered with yes or no, or not asked. Not asked is not low risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from aftercare.people.models import AT_RISK_QUESTIONS, IntakeQuestion, Patient

YES, NO, NOT_ASKED = "yes", "no", "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The questions answered with yes, and all that were answered, in the order of the questions."""

    yes: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    @classmethod
    def of(cls, patient: Patient) -> Self:
        return cls.read(patient.intake, patient.intake_asked)

    @classmethod
    def read(cls, intake: list[str] | None, asked: list[str] | None) -> Self:
        """From the two columns: no intake means that none was asked, no list of those asked that all were."""
        if intake is None:
            return cls()
        return cls(yes=tuple(intake), asked=tuple(IntakeQuestion.values if asked is None else asked))

    def answer(self, key: str) -> str:
        """One answer: "yes", "no" or "not_asked"."""
        return YES if key in self.yes else NO if key in self.asked else NOT_ASKED

    def answered(self, answers: Mapping[str, str]) -> Self:
        """With these answers in place of its own; a question that is not among them stays as it is."""
        now = {key: answers.get(key) or self.answer(key) for key in IntakeQuestion.values}
        return type(self)(
            yes=tuple(key for key in now if now[key] == YES),
            asked=tuple(key for key in now if now[key] != NOT_ASKED),
        )

    @property
    def stored(self) -> tuple[list[str] | None, list[str] | None]:
        """The two columns, `intake` and `intake_asked`."""
        if not self.asked:
            return None, None
        return list(self.yes), None if len(self.asked) == len(IntakeQuestion.values) else list(self.asked)

    @property
    def is_risk_asked(self) -> bool:
        return set(self.asked) >= AT_RISK_QUESTIONS
