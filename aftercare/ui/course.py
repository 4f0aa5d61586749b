"""Geometry of course bars: how long a symptom usually lasts, and when to tell the clinic.

Hours in, percentages of the width out, ready for SVG attributes. No models, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass

SPAN_H = 120.0  # hours of a bar; longer courses are cut off
NEAR = 12.0  # per cent from an end within which the word "Now" is set beside its line


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseBar:
    """`usual`: solid part from the left; `late`: hatched part after it.

    `tell_us` and `now`: x of flag and line; "" beyond the end of the bar.
    """

    usual: str
    late: str
    tell_us: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A word below the bars."""

    x: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseAxis:
    """Words below the bars, and the mark "Now"; `pill`: offset of its pill from the line, in pixels."""

    ticks: list[Tick]
    now: str
    pill: int


def per_cent(hours: float, span_h: float) -> str:
    """Return a position on a bar: "21.67%"."""
    return f"{100 * hours / span_h:.2f}%"


def place(hours: float | None, span_h: float) -> str:
    """Return a position, or "" outside of the bar."""
    return "" if hours is None or not 0 <= hours <= span_h else per_cent(hours, span_h)


def course_bar(
    *, usual_until_h: float, tell_us_after_h: float, now_h: float | None = None, span_h: float = SPAN_H
) -> CourseBar:
    """Return a bar; raise ValueError if the clinic is to be told before the usual time is over."""
    if not 0 < usual_until_h <= tell_us_after_h:
        raise ValueError(
            f"usual until {usual_until_h:g} h, tell us after {tell_us_after_h:g} h: out of order"
        )
    usual, until = min(usual_until_h, span_h), min(tell_us_after_h, span_h)
    return CourseBar(
        usual=per_cent(usual, span_h),
        late=per_cent(until - usual, span_h),
        tell_us=place(tell_us_after_h, span_h),
        now=place(now_h, span_h),
    )


def course_axis(
    ticks: list[tuple[float, str]], *, now_h: float | None = None, span_h: float = SPAN_H
) -> CourseAxis:
    """Return the axis of a stack of bars; words outside of the bar are left out."""
    inside = [Tick(x=per_cent(hours, span_h), word=word) for hours, word in ticks if 0 <= hours <= span_h]
    now = place(now_h, span_h)
    share = 100 * (now_h or 0) / span_h
    pill = -4 if share < NEAR else -38 if share > 100 - NEAR else -21
    return CourseAxis(ticks=inside, now=now, pill=pill)
