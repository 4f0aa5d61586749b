"""Template tags of the queue: {% load queue %}."""

from django import template

from aftercare.alerts.models import Alert
from clinic.queue.filters import Filters
from clinic.queue.rows import shown_token

register = template.Library()


@register.filter
def owned_by(filters: Filters, owner: str) -> str:
    """The address of the same view with another owner, without the question mark."""
    return filters.owned_by(owner).query


@register.filter
def on_page(filters: Filters, page: int) -> str:
    """The address of another page of the same view, without the question mark."""
    return filters.on_page(page).query


@register.filter
def as_shown(alert: Alert) -> str:
    """An alert with its newest report, for a form that is to act on what was shown."""
    return shown_token(alert)
