"""The geometry of the recovery chart: one panel per symptom, severity over hours since the procedure.

Values in, places on a drawing out. It knows no model and no clock, and it never makes up a value: an unknown
answer is a "?" on top, never zero, and a line joins only what was said close together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from aftercare.ui.chart.parts import (
    LEVELS,
    Chart,
    Course,
    Flag,
    Mark,
    Panel,
    Point,
    Rung,
    Series,
    Tick,
    Words,
)
from aftercare.ui.chart.words import latest_answer, span, spoken, spoken_mark, table_rows

WIDTH, HEIGHT = 320, 148
LEFT, RIGHT = 92.0, 312.0
TOP, BOTTOM = 14.0, 126.0
NONE_Y, STEP = 118.0, 23.0  # where "None" stands, and from one word to the next
SIGNS_HEIGHT, SIGNS_BOTTOM = 62, 40.0  # the panel of warnings that are about no symptom

JOINED_WITHIN_H = 36.0  # further apart nobody knows what was in between
NOW_WITHIN_H = 168.0  # later than this after the last entry, "now" would squeeze all else
SHORTEST_H = 48.0
STEPS_H: Final = (24, 48, 96, 168, 336, 672, 1344)
MOST_STEPS = 7
CROWDED = 4  # more steps than this, and a small screen leaves every second number out
ICON = 18.0

# "None" to "Very severe" by rank; shape and dash differ, so that colour need not.
SHAPES: Final = {
    "circle": "M-4.6 0a4.6 4.6 0 1 0 9.2 0 4.6 4.6 0 1 0-9.2 0z",
    "square": "M-4.2-4.2h8.4v8.4h-8.4z",
    "triangle": "M0-5.4 5.3 4.2H-5.3z",
    "diamond": "M0-5.7 5.7 0 0 5.7-5.7 0z",
}
STYLES: Final = (("circle", ""), ("square", "7 4"), ("triangle", "2 4"), ("diamond", "9 3 2 3"))


@dataclass(frozen=True, slots=True)
class Scale:
    """From hours to a place across, the same in every panel."""

    end_h: float
    step_h: float
    now_h: float | None

    @classmethod
    def over(cls, hours: Iterable[float], now_h: float | None) -> Scale:
        """Wide enough for every entry, and for now unless that is long after the last one."""
        last = max(hours, default=0.0)
        shown_now = now_h if now_h is not None and 0 <= now_h <= last + NOW_WITHIN_H else None
        end = max(last, shown_now or 0.0, SHORTEST_H)
        step = next((step for step in STEPS_H if end / step <= MOST_STEPS), ceil(end / MOST_STEPS))
        return cls(end_h=step * ceil(end / step), step_h=step, now_h=shown_now)

    def x(self, hours: float) -> float:
        return rounded(LEFT + (RIGHT - LEFT) * min(max(hours, 0.0), self.end_h) / self.end_h)

    @property
    def now_x(self) -> float | None:
        return None if self.now_h is None else self.x(self.now_h)

    def ticks(self) -> list[Tick]:
        count = round(self.end_h / self.step_h)
        hours = [number * self.step_h for number in range(count + 1)]
        return [
            Tick(x=self.x(h), word=f"{h:g}" if h else "0 h", minor=count > CROWDED and number % 2 == 1)
            for number, h in enumerate(hours)
        ]


def rounded(place: float) -> float:
    """A place to a tenth: closer nobody sees."""
    return round(place, 1)


def y_of(value: float) -> float:
    """The height of a severity; half a step more is between two words."""
    return NONE_Y - STEP * value


def draw(
    series: Sequence[Series], *, words: Words, now_h: float | None = None, other_marks: Sequence[Mark] = ()
) -> Chart:
    """The chart of one procedure. `other_marks` are warnings about no symptom of the series."""
    marks = [mark for one in series for mark in one.marks] + list(other_marks)
    hours = [point.hours for one in series for point in one.points] + [mark.hours for mark in marks]
    scale = Scale.over(hours, now_h)
    panels = [
        panel_of(one, scale, words, now_h, shape=shape, dash=dash)
        for one, (shape, dash) in zip(series, STYLES, strict=False)
    ]
    if other_marks:
        panels.append(signs_panel(other_marks, scale, words))
    return Chart(
        panels=panels,
        names=[one.name for one in series],
        rows=table_rows(series, marks, words),
        has_band=any(panel.band for panel in panels),
        has_unknown=any(panel.unknown for panel in panels),
        has_marks=bool(marks),
    )


def panel_of(one: Series, scale: Scale, words: Words, now_h: float | None, *, shape: str, dash: str) -> Panel:
    """The drawing of one symptom."""
    points = sorted(one.points, key=lambda point: point.hours)
    band = band_steps(one.course, scale) if one.course else []
    usual = one.course.usual_until_h if one.course else scale.end_h
    return Panel(
        name=one.name,
        words=one.words,
        standing=latest_answer(points, words, now_h),
        spoken=spoken(points, one, words),
        height=HEIGHT,
        bottom=BOTTOM,
        shape=SHAPES[shape],
        dash=dash,
        rungs=[Rung(y=y_of(value), word=word) for value, word in enumerate(words.severities)],
        ticks=scale.ticks(),
        band=joined([(LEFT, BOTTOM), *band, (band[-1][0], BOTTOM)]) if band else "",
        band_top=joined(band),
        usual_x=scale.x(usual) if usual < scale.end_h else None,
        usual_top=y_of(2.5) if one.course and usual <= one.course.moderate_until_h else y_of(1.5),
        now_x=scale.now_x,
        lines=["M" + joined(line) for line in unbroken(points, scale)],
        points=[(scale.x(p.hours), y_of(p.value)) for p in points if p.value is not None],
        unknown=[question_mark(p, one.marks, scale) for p in points if p.value is None],
        flags=flags_of(one.marks, points, scale),
    )


def signs_panel(marks: Sequence[Mark], scale: Scale, words: Words) -> Panel:
    """The warnings that are about none of the symptoms: marks over the same hours."""
    in_order = sorted(marks, key=lambda mark: mark.hours)
    return Panel(
        name="Other warnings",
        words=" ".join(f"{span(mark.hours).capitalize()}: {mark.words}." for mark in in_order if mark.words),
        standing="",
        spoken="; ".join(spoken_mark(mark, words) for mark in in_order) + ".",
        height=SIGNS_HEIGHT,
        bottom=SIGNS_BOTTOM,
        ticks=scale.ticks(),
        now_x=scale.now_x,
        flags=flags_of(marks, [], scale, floor=SIGNS_BOTTOM),
    )


def band_steps(course: Course, scale: Scale) -> list[tuple[float, float]]:
    """The upper edge of the expected course, from the left; it ends where nothing is expected any more."""
    turn, end = scale.x(course.moderate_until_h), scale.x(course.mild_until_h)
    steps = [(LEFT, y_of(2.5)), (turn, y_of(2.5))]
    if course.moderate_until_h < scale.end_h:
        steps += [(turn, y_of(1.5)), (end, y_of(1.5))]
    return steps


def unbroken(points: Sequence[Point], scale: Scale) -> list[list[tuple[float, float]]]:
    """Runs of known values, each said at most `JOINED_WITHIN_H` after the one before."""
    runs: list[list[tuple[float, float]]] = []
    for before, after in pairwise(points):
        if before.value is None or after.value is None or after.hours - before.hours > JOINED_WITHIN_H:
            continue
        start = (scale.x(before.hours), y_of(before.value))
        if not runs or runs[-1][-1] != start:
            runs.append([start])
        runs[-1].append((scale.x(after.hours), y_of(after.value)))
    return runs


def question_mark(point: Point, marks: Sequence[Mark], scale: Scale) -> tuple[float, float]:
    """On top; below the icon where a warning came at the same time."""
    x = scale.x(point.hours)
    is_taken = any(abs(scale.x(mark.hours) - x) < ICON for mark in marks)
    return x, (TOP + ICON + 8 if is_taken else TOP + 5)


def flags_of(
    marks: Sequence[Mark], points: Sequence[Point], scale: Scale, floor: float = BOTTOM
) -> list[Flag]:
    """Each mark with its line; icons that would cover each other give way to the worst of them."""
    known = {point.hours: y_of(point.value) - 7 for point in points if point.value is not None}
    shown = icon_places(marks, scale)
    return [
        Flag(
            x=scale.x(mark.hours),
            foot=known.get(mark.hours, floor),
            level=mark.level,
            icon_x=rounded(scale.x(mark.hours) - ICON / 2) if mark in shown else None,
        )
        for mark in sorted(marks, key=lambda mark: mark.hours)
    ]


def icon_places(marks: Sequence[Mark], scale: Scale) -> list[Mark]:
    """The marks whose icons have room, the worst first, then the newest."""
    shown: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (-LEVELS.index(mark.level), -mark.hours)):
        if all(abs(scale.x(mark.hours) - scale.x(other.hours)) > ICON for other in shown):
            shown.append(mark)
    return shown


def joined(places: Iterable[tuple[float, float]]) -> str:
    """Places as SVG writes them."""
    return " ".join(f"{rounded(x):g},{rounded(y):g}" for x, y in places)
