"""Template tags for recoveries: {% load recovery %}."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from aftercare.ui import course
from aftercare.ui.chart.parts import Chart, Panel
from aftercare.ui.icons import ICONS
from aftercare.ui.times import whole_hours

register = template.Library()


@register.inclusion_tag("ui/course_bar.html")
def course_bar(
    key: str, usual_until_h: float, tell_us_after_h: float, now_h: float | None = None
) -> dict[str, Any]:
    """Draw how long a symptom usually lasts; `key` is unique on the page.

    Hidden from screen readers: the page says the same in words beside it.
    """
    bar = course.course_bar(usual_until_h=usual_until_h, tell_us_after_h=tell_us_after_h, now_h=now_h)
    return {"key": key, "bar": bar}


@register.inclusion_tag("ui/course_axis.html")
def course_axis(ticks: list[tuple[float, str]], now_h: float | None = None) -> dict[str, Any]:
    """Draw the days above a stack of course bars, given as (hours since the procedure, word), and "Now"."""
    return {"axis": course.course_axis(ticks, now_h=now_h)}


@register.inclusion_tag("ui/course_key.html")
def course_key() -> dict[str, Any]:
    """Draw the legend of solid, hatched and flag."""
    return {}


@register.inclusion_tag("ui/recovery_chart.html")
def recovery_chart(
    chart: Chart,
    key: str = "chart",
    label: str = "",
    cards: bool = False,
    table: bool = True,
    audience: str = "staff",
) -> dict[str, Any]:
    """Draw the chart of a procedure; `key` and `label` are unique on the page.

    `table`: False if the page has a table of the same entries.
    """
    return {
        "chart": chart,
        "key": key,
        "label": label or _("Recovery"),
        "cards": cards,
        "table": table,
        "audience": audience,
    }


@register.inclusion_tag("ui/chart_panel.html")
def chart_panel(panel: Panel, key: str, number: int, card: bool = False) -> dict[str, Any]:
    """Draw a panel; ids of its title and text are made of `key` and `number`."""
    return {"panel": panel, "name": f"{key}-{number}", "card": card}


@register.filter
def level_path(level: str) -> str:
    """Return the outline of a level's icon."""
    return ICONS[level].path


@register.filter
def whole(hours: float) -> int:
    """Return whole hours, for display."""
    return whole_hours(hours)


@register.filter
def add_to(place: float, more: float) -> float:
    """Add two numbers; Django's `add` drops decimals."""
    return place + more
