"""Geometry of the recovery chart: a panel per symptom, severity over hours since the procedure.

Values in, coordinates out; no models and no clock. No value is invented: an unknown answer is drawn as "?",
never as zero, and lines join only values close in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    Shots,
    Tick,
    Words,
)
from aftercare.ui.chart.words import latest_answer, spoken, spoken_mark, table_rows
from aftercare.ui.times import hours_words

WIDTH, HEIGHT = 320, 148
LEFT, RIGHT = 92.0, 312.0
TOP, BOTTOM = 14.0, 126.0
NONE_Y, STEP = 118.0, 23.0  # y of "None", and distance between words
SIGNS_HEIGHT, SIGNS_BOTTOM = 62, 40.0  # height of the panel for warnings about no symptom

JOINED_WITHIN_H = 36.0  # hours; values further apart are not joined
NOW_WITHIN_H = 168.0  # hours; later than this after the last entry, "now" would squeeze the rest
SHORTEST_H = 48.0
STEPS_H: Final = (24, 48, 96, 168, 336, 672, 1344)
MOST_STEPS = 7
CROWDED = 4  # beyond this number of steps, small screens show every second number
ICON = 18.0

# Lines from "None" to "Very severe"; dashes differ, so that colour is not needed.
SHAPES: Final = {
    "circle": "M-4.6 0a4.6 4.6 0 1 0 9.2 0 4.6 4.6 0 1 0-9.2 0z",
    "square": "M-4.2-4.2h8.4v8.4h-8.4z",
    "triangle": "M0-5.4 5.3 4.2H-5.3z",
    "diamond": "M0-5.7 5.7 0 0 5.7-5.7 0z",
}
STYLES: Final = (("circle", ""), ("square", "7 4"), ("triangle", "2 4"), ("diamond", "9 3 2 3"))


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps hours to x, the same in every panel."""

    end_h: float
    step_h: float
    now_h: float | None

    @classmethod
    def over(cls, hours: Iterable[float], now_h: float | None) -> Scale:
        """Return a scale for all entries, and for now unless that is long after the last one."""
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
        zero = _("%(hours)s h") % {"hours": 0}
        return [
            Tick(
                x=self.x(h),
                word=f"{h:g}" if h else zero,
                minor=count > CROWDED and number % 2 == 1,
            )
            for number, h in enumerate(hours)
        ]


def rounded(place: float) -> float:
    """Round to a tenth."""
    return round(place, 1)


def y_of(value: float) -> float:
    """Return y for a severity; halves lie between two words."""
    return NONE_Y - STEP * value


def draw(
    series: Sequence[Series],
    *,
    words: Words,
    now_h: float | None = None,
    other_marks: Sequence[Mark] = (),
    shots: Sequence[Shots] = (),
) -> Chart:
    """Draw the chart of a procedure; `other_marks`: warnings about no symptom of the series; `shots`: pictures."""
    marks = [mark for one in series for mark in one.marks] + list(other_marks)
    hours = [point.hours for one in series for point in one.points] + [mark.hours for mark in marks]
    hours += [one.hours for one in shots]
    scale = Scale.over(hours, now_h)
    panels = [
        panel_of(one, scale, words, now_h, shape=shape, dash=dash)
        for one, (shape, dash) in zip(series, STYLES, strict=False)
    ]
    if other_marks:
        panels.append(signs_panel(other_marks, scale, words))
    if shots:
        panels.append(pictures_panel(shots, scale))
    return Chart(
        panels=panels,
        names=[one.name for one in series],
        rows=table_rows(series, marks, words),
        has_band=any(panel.band for panel in panels),
        has_unknown=any(panel.unknown for panel in panels),
        has_marks=bool(marks),
        has_pictures=bool(shots),
    )


def panel_of(one: Series, scale: Scale, words: Words, now_h: float | None, *, shape: str, dash: str) -> Panel:
    """Return the panel of a symptom."""
    points = sorted(one.points, key=lambda point: point.hours)
    band = band_steps(one.course, scale) if one.course else []
    usual = one.course.usual_until_h if one.course else scale.end_h
    return Panel(
        name=one.name,
        words=one.words,
        latest=latest_answer(points, words, now_h),
        spoken=spoken(points, one, words),
        height=HEIGHT,
        bottom=BOTTOM,
        shape=SHAPES[shape],
        dash=dash,
        rungs=[Rung(y=y_of(value), word=str(word)) for value, word in enumerate(words.severities)],
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
    """Return the panel of warnings about no symptom."""
    in_order = sorted(marks, key=lambda mark: mark.hours)
    return Panel(
        name=_("Other warnings"),
        words=" ".join(
            _("%(hours)s: %(warning)s.") % {"hours": hours_words(mark.hours), "warning": mark.words}
            for mark in in_order
            if mark.words
        ),
        latest="",
        spoken="; ".join(spoken_mark(mark, words) for mark in in_order) + ".",
        height=SIGNS_HEIGHT,
        bottom=SIGNS_BOTTOM,
        ticks=scale.ticks(),
        now_x=scale.now_x,
        flags=flags_of(marks, [], scale, floor=SIGNS_BOTTOM),
    )


def pictures_panel(shots: Sequence[Shots], scale: Scale) -> Panel:
    """Return the panel of the check-ins with pictures."""
    said = [
        ngettext("%(hours)s: one picture", "%(hours)s: %(number)s pictures", one.number)
        % {"hours": hours_words(one.hours), "number": one.number}
        for one in shots
    ]
    return Panel(
        name=_("Pictures"),
        words="",
        latest="",
        spoken="; ".join(said) + ".",
        height=SIGNS_HEIGHT,
        bottom=SIGNS_BOTTOM,
        ticks=scale.ticks(),
        now_x=scale.now_x,
        cameras=[rounded(scale.x(one.hours) - ICON / 2) for one in shots],
    )


def band_steps(course: Course, scale: Scale) -> list[tuple[float, float]]:
    """Return the upper edge of the expected course, from the left up to its end."""
    turn, end = scale.x(course.moderate_until_h), scale.x(course.mild_until_h)
    steps = [(LEFT, y_of(2.5)), (turn, y_of(2.5))]
    if course.moderate_until_h < scale.end_h:
        steps += [(turn, y_of(1.5)), (end, y_of(1.5))]
    return steps


def unbroken(points: Sequence[Point], scale: Scale) -> list[list[tuple[float, float]]]:
    """Split into runs of known values, each at most `JOINED_WITHIN_H` hours after the one before."""
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
    """Return the position of a "?": at the top, or below an icon at the same time."""
    x = scale.x(point.hours)
    is_taken = any(abs(scale.x(mark.hours) - x) < ICON for mark in marks)
    return x, (TOP + ICON + 8 if is_taken else TOP + 5)


def flags_of(
    marks: Sequence[Mark], points: Sequence[Point], scale: Scale, floor: float = BOTTOM
) -> list[Flag]:
    """Return a flag per mark; of overlapping icons only the most severe is drawn."""
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
    """Return the marks whose icons fit, most severe first, then newest."""
    shown: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (-LEVELS.index(mark.level), -mark.hours)):
        if all(abs(scale.x(mark.hours) - scale.x(other.hours)) > ICON for other in shown):
            shown.append(mark)
    return shown


def joined(places: Iterable[tuple[float, float]]) -> str:
    """Join coordinates for SVG."""
    return " ".join(f"{rounded(x):g},{rounded(y):g}" for x, y in places)
