"""Template tags for what shows a recovery: {% load recovery %}."""

from __future__ import annotations

from typing import Any

from django import template

from aftercare.ui import course
from aftercare.ui.chart.parts import Chart, Panel
from aftercare.ui.icons import ICONS
from aftercare.ui.times import whole_hours

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


@register.inclusion_tag("ui/recovery_chart.html")
def recovery_chart(
    chart: Chart,
    key: str = "chart",
    label: str = "Recovery",
    cards: bool = False,
    table: bool = True,
    audience: str = "staff",
) -> dict[str, Any]:
    """The panels of one procedure. `key` and `label` are unique on the page, the label in words.

    `table`: False where the page has a table of the same entries.
    """
    return {
        "chart": chart,
        "key": key,
        "label": label,
        "cards": cards,
        "table": table,
        "audience": audience,
    }


@register.inclusion_tag("ui/chart_panel.html")
def chart_panel(panel: Panel, key: str, number: int, card: bool = False) -> dict[str, Any]:
    """One panel. The names of its title and text are made of `key` and `number`."""
    return {"panel": panel, "name": f"{key}-{number}", "card": card}


@register.filter
def level_path(level: str) -> str:
    """The outline of a level's icon, for a drawing."""
    return ICONS[level].path


@register.filter
def whole(hours: float) -> int:
    """Hours, for reading."""
    return whole_hours(hours)


@register.filter
def add_to(place: float, more: float) -> float:
    """A place so much further down; Django's own `add` drops the part behind the point."""
    return place + more
