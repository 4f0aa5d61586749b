"""What goes into a recovery chart, and what comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

LEVELS: Final = ("routine", "same_day", "urgent", "emergency")  # what can be marked, the worst last


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What was said at one time: 0 to 4, or None where it could not be told. `note`: by whom, if it matters."""

    hours: float
    value: int | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A warning at one time: its level, and in a few words what it was about."""

    hours: float
    level: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The expected course: at most moderate until one hour, at most mild until another, then none."""

    usual_until_h: float
    moderate_until_h: float
    mild_until_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One symptom. `words` is what the page says about its course."""

    name: str
    points: Sequence[Point]
    marks: Sequence[Mark] = ()
    course: Course | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A number below the panel. `minor`: left out on a small screen."""

    x: float
    word: str
    minor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A mark as drawn: a dashed line down to the value; of marks close together only the worst has an icon."""

    x: float
    foot: float
    level: str
    icon_x: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A line across the panel, with its word."""

    y: float
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One drawing. `lines` are paths, each unbroken; `unknown` the places of "?"."""

    name: str
    words: str
    standing: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartTableRow:
    """The same as the drawing, in words: one time and what was said then."""

    hours: float
    answers: Sequence[str]
    level: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All panels over the same hours, and the table that says the same."""

    panels: Sequence[Panel]
    names: Sequence[str]
    rows: Sequence[ChartTableRow]
    has_band: bool
    has_unknown: bool
    has_marks: bool


@dataclass(frozen=True, slots=True)
class Words:
    """How the answers and the levels are said: "None" to "Very severe", and a word for what is not known."""

    severities: Sequence[str]
    unknown: str
    levels: dict[str, str] = field(default_factory=dict)

    def of(self, value: int | None) -> str:
        return self.unknown if value is None else self.severities[value]
