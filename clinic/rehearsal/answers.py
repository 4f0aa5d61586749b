"""The answers of a case file, taken as the form takes them: what it does not offer is rejected, an emergency never."""

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
    """What a step answers. `answers` None: the form would refuse it. `unreadable`: what an emergency brought along."""

    answers: Answers | None
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def is_offered(self) -> bool:
        """Whether every answer is one that the form offers."""
        return self.answers is not None and not self.unreadable


def read_given(data: Mapping[str, Any], where: str) -> GivenAnswers:
    """The answers, key by key; CaseFileError for a key that is no question of the form."""
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
    """Whether the form offers this answer."""
    try:
        Answers.from_json({key: value})
    except ValueError:
        return False
    return True


def known_ticks(key: str, value: object) -> list[object] | None:
    """What can be read of a group of ticks with something else in it, without "None of these"; else nothing."""
    if not isinstance(value, list):
        return None
    return [tick for tick in without_none(value) if is_answer(key, [tick])] or None


def without_none(value: object) -> list[object]:
    return [tick for tick in value if [tick] != NONE_OF_THESE] if isinstance(value, list) else []


def engine_value(key: str, value: object) -> object:
    """An answer in the words of the form, as the engine keeps it."""
    if value == NONE_OF_THESE:
        return []
    if key in YES_OR_NO_KEYS and isinstance(value, str):
        return YES_OR_NO.get(value, value)
    return value
