"""The recovery chart in words: descriptions for screen readers, and the table."""

from __future__ import annotations

from collections.abc import Sequence

from aftercare.ui.chart.parts import LEVELS, ChartTableRow, Mark, Point, Series, Words
from aftercare.ui.times import whole_hours

STILL_NOW_H = 12.0  # hours; a newer entry is "now"


def latest_answer(points: Sequence[Point], words: Words, now_h: float | None) -> str:
    """Return "now mild", or "last mild" if the newest entry is older."""
    if not points:
        return "no answer yet"
    newest = points[-1]
    is_now = now_h is not None and now_h - newest.hours <= STILL_NOW_H
    return f"{'now' if is_now else 'last'} {words.of(newest.value).lower()}"


def spoken(points: Sequence[Point], one: Series, words: Words) -> str:
    """Return the description of a panel for screen readers."""
    said = [
        f"{span(p.hours)}: {words.of(p.value).lower()}" + (f", {p.note}" if p.note else "") for p in points
    ]
    sentences = ["; ".join(said) if said else "No answer yet"]
    if one.marks:
        marks = (spoken_mark(mark, words) for mark in sorted(one.marks, key=lambda m: m.hours))
        sentences.append("Marked: " + "; ".join(marks))
    if one.course:
        sentences.append(
            f"Expected course: at most moderate until {span(one.course.moderate_until_h)}, "
            f"at most mild until {span(one.course.mild_until_h)}"
        )
    return ". ".join(sentences) + "."


def spoken_mark(mark: Mark, words: Words) -> str:
    about = f", {mark.words}" if mark.words else ""
    return f"{span(mark.hours)}: {words.levels.get(mark.level, mark.level).lower()}{about}"


def span(hours: float) -> str:
    """Return "26 hours"."""
    whole = whole_hours(hours)
    return f"{whole} hour{'' if whole == 1 else 's'}"


def table_rows(series: Sequence[Series], marks: Sequence[Mark], words: Words) -> list[ChartTableRow]:
    """Return a row for each time, newest first, with the highest level of that time."""
    times = {point.hours for one in series for point in one.points} | {mark.hours for mark in marks}
    said = [{point.hours: words.of(point.value) for point in one.points} for one in series]
    notes = {point.hours: point.note for one in series for point in one.points}
    worst: dict[float, str] = {}
    for mark in marks:
        worst[mark.hours] = max(worst.get(mark.hours, mark.level), mark.level, key=LEVELS.index)
    return [
        ChartTableRow(
            hours=h,
            answers=[answers.get(h, words.unknown) for answers in said],
            level=worst.get(h, ""),
            note=notes.get(h, ""),
        )
        for h in sorted(times, reverse=True)
    ]
