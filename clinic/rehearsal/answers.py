"""The answers of a case file, validated as the form does. An emergency is never rejected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aftercare.triage import Answers, fires_emergency
from aftercare.triage.answers import KEYS
from clinic.rehearsal.fields import reject_unknown

NONE_OF_THESE = ["none"]
YES_OR_NO = {"yes": True, "no": False}
YES_OR_NO_KEYS = ("itch_bothers", "want_contact")


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenAnswers:
    """The answers of a step.

    `answers` None: the form would reject them. `unreadable`: invalid answers that came with an emergency.
    """

    answers: Answers | None
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def is_offered(self) -> bool:
        """True if the form offers every answer."""
        return self.answers is not None and not self.unreadable


def read_given(data: Mapping[str, Any], where: str) -> GivenAnswers:
    """Read the answers of a step. Raises CaseFileError for a key that is not a question of the form."""
    reject_unknown(data, KEYS, f"{where}: answers")
    read: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    for key, value in data.items():
        plain = engine_value(key, value)
        if is_answer(key, plain):
            read[key] = plain
        else:
            read[key] = known_ticks(key, plain)
            if not (key == "emergency" and read[key] and is_answer(key, without_none(plain))):
                unreadable[key] = str(value)
    answers = Answers.from_json(read)
    if unreadable and not fires_emergency(answers):
        return GivenAnswers(answers=None)
    return GivenAnswers(answers=answers, unreadable=unreadable)


def is_answer(key: str, value: object) -> bool:
    """Return whether the form offers this answer."""
    try:
        Answers.from_json({key: value})
    except ValueError:
        return False
    return True


def known_ticks(key: str, value: object) -> list[object] | None:
    """Return the valid ticks of a group without "None of these"; None if there are none."""
    if not isinstance(value, list):
        return None
    return [tick for tick in without_none(value) if is_answer(key, [tick])] or None


def without_none(value: object) -> list[object]:
    return [tick for tick in value if [tick] != NONE_OF_THESE] if isinstance(value, list) else []


def engine_value(key: str, value: object) -> object:
    """Return the answer as the triage engine stores it."""
    if value == NONE_OF_THESE:
        return []
    if key in YES_OR_NO_KEYS and isinstance(value, str):
        return YES_OR_NO.get(value, value)
    return value
