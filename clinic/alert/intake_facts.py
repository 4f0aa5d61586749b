"""The intake answers on an alert's page: important answers first, then a summary of the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from aftercare.people.models import IntakeQuestion, Patient
from aftercare.people.models.patients import IntakeAnswer

# Shown whatever the answer, because they change what staff say on the telephone.
ALWAYS_SHOWN = frozenset({str(IntakeQuestion.IQ2.label), str(IntakeQuestion.IQ11.label)})


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFacts:
    """All intake answers, in the order of the questions."""

    answers: list[IntakeAnswer]

    @property
    def first(self) -> list[IntakeAnswer]:
        """Answers always shown, and those answered yes."""
        return [one for one in self.answers if one.is_yes or one.question in ALWAYS_SHOWN]

    @property
    def others(self) -> str:
        """A summary of the other answers: "8 times no, 1 not asked"."""
        counted = Counter(one.word for one in self.answers if one not in self.first)
        words = {"No": "times no", "Not asked": "not asked"}
        return ", ".join(f"{counted[word]} {says}" for word, says in words.items() if counted[word])


def intake_of(patient: Patient) -> IntakeFacts:
    """Return the patient's intake answers. A question that was not asked is not a no."""
    return IntakeFacts(answers=patient.intake_answers())
