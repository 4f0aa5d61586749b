"""The recovery chart in words: descriptions for screen readers, and the table."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from aftercare.ui.chart.parts import LEVELS, ChartTableRow, Mark, Point, Series, Words
from aftercare.ui.times import hours_words

STILL_NOW_H = 12.0  # hours; a newer entry is "now"


def latest_answer(points: Sequence[Point], words: Words, now_h: float | None) -> str:
    """Return "now mild", or "last mild" if the newest entry is older."""
    if not points:
        return _("no answer yet")
    newest = points[-1]
    is_now = now_h is not None and now_h - newest.hours <= STILL_NOW_H
    said = {"answer": words.of(newest.value).lower()}
    return _("now %(answer)s") % said if is_now else _("last %(answer)s") % said


def spoken(points: Sequence[Point], one: Series, words: Words) -> str:
    """Return the description of a panel for screen readers."""
    said = [spoken_at(p.hours, words.of(p.value).lower(), p.note) for p in points]
    sentences = [_("%(answers)s.") % {"answers": "; ".join(said)} if said else _("No answer yet.")]
    if one.marks:
        marks = (spoken_mark(mark, words) for mark in sorted(one.marks, key=lambda m: m.hours))
        sentences.append(_("Marked: %(warnings)s.") % {"warnings": "; ".join(marks)})
    if one.course:
        until = {
            "moderate": hours_words(one.course.moderate_until_h),
            "mild": hours_words(one.course.mild_until_h),
        }
        sentences.append(
            _("Expected course: at most moderate until %(moderate)s, at most mild until %(mild)s.") % until
        )
    return " ".join(sentences)


def spoken_mark(mark: Mark, words: Words) -> str:
    return spoken_at(mark.hours, words.level(mark.level).lower(), mark.words)


def spoken_at(hours: float, what: str, more: str) -> str:
    """Return what was said at one time: "26 hours: mild", with a remark "26 hours: mild, entered by the clinic"."""
    said = {"hours": hours_words(hours), "what": what, "more": more}
    return _("%(hours)s: %(what)s, %(more)s") % said if more else _("%(hours)s: %(what)s") % said


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
            answers=[answers.get(h, words.of(None)) for answers in said],
            level=worst.get(h, ""),
            note=notes.get(h, ""),
        )
        for h in sorted(times, reverse=True)
    ]
