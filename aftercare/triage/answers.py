"""Answers of a check-in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from reprlib import repr as short
from typing import Any, Literal, TypeVar, get_args

Symptom = Literal["redness", "pain", "swelling", "itch"]
SYMPTOMS: tuple[Symptom, ...] = get_args(Symptom)

NONE, MILD, MODERATE, SEVERE, VERY_SEVERE = range(5)


class Painkiller(StrEnum):
    HELPED = "helped"
    DID_NOT_HELP = "did_not_help"
    TOO_SOON = "too_soon"
    NOT_TAKEN = "not_taken"
    CANNOT_TAKE = "cannot_take"


class CameBack(StrEnum):
    NO = "no"
    REDNESS = "redness"
    PAIN = "pain"
    BOTH = "both"
    NOT_SURE = "not_sure"


class Sign(StrEnum):
    PUS = "pus"
    COLD_SORE = "cold_sore"
    SPREADING = "spreading"
    HOT_SORE = "hot_sore"
    HIVES = "hives"
    BLISTER_BURN = "blister_burn"
    BLEEDING = "bleeding"
    LUMPS = "lumps"
    NUMB_WEAK = "numb_weak"
    OPEN_SORE = "open_sore"
    SCALY = "scaly"
    NEW_BUMPS = "new_bumps"
    SCAR = "scar"
    PATCHES = "patches"
    BRUISE = "bruise"
    SPOTS = "spots"
    PEELING = "peeling"


class Unwell(StrEnum):
    FEVER = "fever"
    FLU = "flu"
    NAUSEA = "nausea"
    VOMITING = "vomiting"
    HEADACHE = "headache"


class EmergencySign(StrEnum):
    BREATHING = "breathing"
    AIRWAY_SWELLING = "airway_swelling"
    FAINT = "faint"
    EYE = "eye"
    DROOP = "droop"
    NUMBING = "numbing"


Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers of one check-in.

    ``None`` is "not answered" or "I can't tell" and never counts as zero. An empty group of ticks is the answer
    "None of these". Severities run from 0 (none) to 4 (very severe). An unknown value raises a ValueError that
    names its key.
    """

    redness: int | None = None
    pain: int | None = None
    swelling: int | None = None
    itch: int | None = None
    painkiller: Painkiller | None = None
    itch_bothers: bool | None = None
    came_back: CameBack | None = None
    signs: frozenset[Sign] | None = None
    unwell: frozenset[Unwell] | None = None
    emergency: frozenset[EmergencySign] | None = None
    want_contact: bool | None = None

    def __post_init__(self) -> None:
        for symptom in SYMPTOMS:
            _check_severity(symptom, getattr(self, symptom))
        _check_yes_or_no("itch_bothers", self.itch_bothers)
        _check_yes_or_no("want_contact", self.want_contact)
        # Plain text and lists are converted to the enums, so that rules compare like with like.
        keep = object.__setattr__
        keep(self, "painkiller", _word("painkiller", self.painkiller, Painkiller))
        keep(self, "came_back", _word("came_back", self.came_back, CameBack))
        keep(self, "signs", _words("signs", self.signs, Sign))
        keep(self, "unwell", _words("unwell", self.unwell, Unwell))
        keep(self, "emergency", _words("emergency", self.emergency, EmergencySign))

    @property
    def is_empty(self) -> bool:
        """Return True if nothing about the skin was answered; "No" to being called alone is empty."""
        rest = (getattr(self, key) for key in KEYS if key != "want_contact")
        return not self.want_contact and all(value is None for value in rest)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Answers":
        """Read a JSON object; absent keys were not answered. Raise ValueError for unknown keys or values."""
        if not isinstance(data, Mapping):
            raise ValueError(f"answers must be an object, not {short(data)}")
        unknown = [short(key) for key in data if key not in KEYS]
        if unknown:
            raise ValueError(f"unknown answers: {', '.join(sorted(unknown))}")
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        """Return every key, ticks as sorted lists, ``None`` kept."""
        return {key: _plain(getattr(self, key)) for key in KEYS}


KEYS: tuple[str, ...] = tuple(field.name for field in fields(Answers))


def _check_severity(key: str, value: object) -> None:
    # bool is a subclass of int, but "true" is no severity.
    if value is not None and (type(value) is not int or not NONE <= value <= VERY_SEVERE):
        raise ValueError(f"{key} must be a whole number from 0 to 4, not {short(value)}")


def _check_yes_or_no(key: str, value: object) -> None:
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false, not {short(value)}")


def _word(key: str, value: object, words: type[Word]) -> Word | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in words.__members__.values():
        raise ValueError(f"{key} must be one of {', '.join(words)}, not {short(value)}")
    return words(value)


def _words(key: str, value: object, words: type[Word]) -> frozenset[Word] | None:
    if value is None:
        return None
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise ValueError(f"{key} must be a list, not {short(value)}")
    ticks = (_word(key, tick, words) for tick in value)
    found = [tick for tick in ticks if tick is not None]
    if len(found) != len(list(value)):
        raise ValueError(f"{key} must not hold an empty tick")
    return frozenset(found)


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(str(tick) for tick in value)
    return str(value) if isinstance(value, StrEnum) else value
