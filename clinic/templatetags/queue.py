"""Template tags of the queue: {% load queue %}."""

from django import template

from clinic.filters import Filters

register = template.Library()


@register.filter
def owned_by(filters: Filters, owner: str) -> str:
    """The address of the same view with another owner, without the question mark."""
    return filters.owned_by(owner).query
