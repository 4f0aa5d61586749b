"""Template tags of the pages of staff: {% load clinic %}."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.alerts.models import DutyConfirmation
from aftercare.alerts.on_call.confirmations import own_duty
from aftercare.people.requests import sender_of
from clinic.demo.outside_world.arrivals import is_there
from clinic.on_call.banners import banners_of

register = template.Library()
EVENING = 17  # o'clock
# Pages that show the clusters themselves.
ABOUT_CLUSTERS = frozenset({"cluster", "clusters"})


@register.inclusion_tag("clinic/on_call/banners.html", takes_context=True)
def staff_banners(context: dict[str, Any]) -> dict[str, Any]:
    """Render the banners of the member's clinic: messages delayed, or nobody reachable."""
    request = context.get("request")
    member = sender_of(request).acting_member if request else None
    if member is None:
        return {}
    now = timezone.now()
    with timezone.override(member.clinic.zone):
        match = request.resolver_match if request else None
        is_about_clusters = match is not None and match.url_name in ABOUT_CLUSTERS
        return {"banners": banners_of(member, now), "is_about_clusters": is_about_clusters, "now": now}


@register.simple_tag
def has_outside_world() -> bool:
    """Return True in a demonstration in which the staff have phones."""
    return is_there()


@register.simple_tag(takes_context=True)
def unconfirmed_duty(context: dict[str, Any]) -> DutyConfirmation | None:
    """Return the member's next duty that waits to be confirmed; None if there is none."""
    member = sender_of(context["request"]).acting_member
    return own_duty(member, timezone.now()) if member else None


@register.filter
def is_this_evening(at: datetime) -> bool:
    """Return True if an instant is from 17:00 of today on, by the clock of the page."""
    clock = timezone.localtime(at)
    return clock.date() == timezone.localdate() and clock.hour >= EVENING


@register.filter
def stop_watch(span: timedelta) -> str:
    """Format a duration as "3 s" or "2 min 5 s"."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return (
        _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
        if minutes
        else _("%(seconds)s s") % {"seconds": seconds}
    )


@register.filter
def last_day(until: datetime) -> datetime:
    """Return the last instant before an exclusive end: of midnight, the day before."""
    return until - timedelta(seconds=1)
