"""The intake answers on an alert's page: important answers first, then a summary of the others."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import ngettext

from aftercare.people.models import IntakeQuestion, Patient
from aftercare.people.models.patients import IntakeAnswer

# Shown whatever the answer, because they change what staff say on the telephone.
ALWAYS_SHOWN = frozenset({IntakeQuestion.IQ2.value, IntakeQuestion.IQ11.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFacts:
    """All intake answers, in the order of the questions."""

    answers: list[IntakeAnswer]

    @property
    def first(self) -> list[IntakeAnswer]:
        """Answers always shown, and those answered yes."""
        return [one for one in self.answers if one.is_yes or one.key in ALWAYS_SHOWN]

    @property
    def others(self) -> str:
        """A summary of the other answers: "8 times no, 1 not asked"."""
        left = [one for one in self.answers if one not in self.first]
        no = sum(one.is_asked for one in left)
        not_asked = len(left) - no
        said = [
            ngettext("%(count)s times no", "%(count)s times no", no) % {"count": no},
            ngettext("%(count)s not asked", "%(count)s not asked", not_asked) % {"count": not_asked},
        ]
        return ", ".join(words for words, count in zip(said, (no, not_asked), strict=True) if count)


def intake_of(patient: Patient) -> IntakeFacts:
    """Return the patient's intake answers. A question that was not asked is not a no."""
    return IntakeFacts(answers=patient.intake_answers())
