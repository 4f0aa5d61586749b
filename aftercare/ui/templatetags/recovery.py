"""Template tags for what shows a recovery: {% load recovery %}."""

from __future__ import annotations

from typing import Any

from django import template

from aftercare.ui import course

register = template.Library()


@register.inclusion_tag("ui/course_bar.html")
def course_bar(
    key: str, usual_until_h: float, tell_us_after_h: float, now_h: float | None = None
) -> dict[str, Any]:
    """How long a symptom usually lasts. `key` is unique on the page, such as the symptom's name.

    Screen readers skip the drawing: the page says the same in words beside it.
    """
    bar = course.course_bar(usual_until_h=usual_until_h, tell_us_after_h=tell_us_after_h, now_h=now_h)
    return {"key": key, "bar": bar}


@register.inclusion_tag("ui/course_axis.html")
def course_axis(ticks: list[tuple[float, str]], now_h: float | None = None) -> dict[str, Any]:
    """The days above a stack of course bars, as (hours since the procedure, word), and "Now"."""
    return {"axis": course.course_axis(ticks, now_h=now_h)}


@register.inclusion_tag("ui/course_key.html")
def course_key() -> dict[str, Any]:
    """What solid, hatched and the flag mean."""
    return {}
