"""Template filters of the queue: {% load queue %}."""

from django import template

from aftercare.alerts.models import Alert
from clinic.queue.filters import Filters
from clinic.queue.rows import shown_token

register = template.Library()


@register.filter
def owned_by(filters: Filters, owner: str) -> str:
    """Return the query string of the same view with another owner."""
    return filters.owned_by(owner).query


@register.filter
def on_page(filters: Filters, page: int) -> str:
    """Return the query string of another page of the same view."""
    return filters.on_page(page).query


@register.filter
def as_shown(alert: Alert) -> str:
    """Return the token of an alert as shown, for a form that acts on it."""
    return shown_token(alert)
