"""Template tag of the patient's account page: {% load own_ways %}."""

from __future__ import annotations

from typing import Any

from django import template

from aftercare.people.own_ways.page import ways_of

register = template.Library()


@register.inclusion_tag("people/own_ways/card.html", takes_context=True)
def own_ways(context: dict[str, Any]) -> dict[str, Any]:
    """Render the ways in which the patient is reached beside e-mail."""
    return ways_of(context["request"].user) | {"csrf_token": context.get("csrf_token")}
