"""Input and output types of the recovery chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.functional import Promise

LEVELS: Final = ("routine", "same_day", "urgent", "emergency")  # levels of marks, most severe last


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value at a time: 0 to 4, or None if unknown. `note`: who entered it, if relevant."""

    hours: float
    value: int | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A warning at a time: level, and its subject in a few words."""

    hours: float
    level: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shots:
    """Pictures at a time."""

    hours: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Expected course: at most moderate until one hour, at most mild until another, then none."""

    usual_until_h: float
    moderate_until_h: float
    mild_until_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A symptom; `words`: the page's text about its course."""

    name: str
    points: Sequence[Point]
    marks: Sequence[Mark] = ()
    course: Course | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A number on the axis; `minor`: hidden on small screens."""

    x: float
    word: str
    minor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A mark as drawn: dashed line and, unless a more severe one is close, an icon."""

    x: float
    foot: float
    level: str
    icon_x: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A horizontal line, with its word."""

    y: float
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel; `lines`: unbroken paths; `unknown`: positions of "?"; `cameras`: left edges of icons."""

    name: str
    words: str
    latest: str
    spoken: str
    height: int
    bottom: float
    shape: str = ""
    dash: str = ""
    rungs: Sequence[Rung] = ()
    ticks: Sequence[Tick] = ()
    band: str = ""
    band_top: str = ""
    usual_x: float | None = None
    usual_top: float = 0
    now_x: float | None = None
    lines: Sequence[str] = ()
    points: Sequence[tuple[float, float]] = ()
    unknown: Sequence[tuple[float, float]] = ()
    flags: Sequence[Flag] = ()
    cameras: Sequence[float] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartTableRow:
    """A row of the table that says the same as the drawing: a time with its values."""

    hours: float
    answers: Sequence[str]
    level: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All panels over the same hours, and the table."""

    panels: Sequence[Panel]
    names: Sequence[str]
    rows: Sequence[ChartTableRow]
    has_band: bool
    has_unknown: bool
    has_marks: bool
    has_pictures: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Words for values and levels: "None" to "Very severe", and for unknown."""

    severities: Sequence[str | Promise]
    unknown: str | Promise
    levels: Mapping[str, str | Promise] = field(default_factory=dict)

    def of(self, value: int | None) -> str:
        return str(self.unknown if value is None else self.severities[value])

    def level(self, level: str) -> str:
        return str(self.levels.get(level, level))
