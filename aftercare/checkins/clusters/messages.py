"""The message that tells a manager of a cluster: no health detail, no name."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from aftercare.alerts.on_call.telling import said
from aftercare.checkins.models import ClusterReport
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content

KIND = "cluster"
# The page of the clinic keeps showing it; a message that comes later than this tells nothing new.
WORTH_TELLING = timedelta(days=3)


def render(message: Message, _now: datetime) -> Content | None:
    """Ask a manager to look at a cluster; None once one has, after the patient of this message had joined."""
    joined = ClusterReport.objects.select_related("cluster").get(pk=message.subject)
    cluster = joined.cluster
    if cluster.looks.filter(at__gte=joined.added_at).exists():
        return None
    if joined.added_at > cluster.found_at:
        short = _("One more patient belongs to check-ins that a manager should look at together.")
    else:
        short = _("Check-ins of several patients should be looked at together by a manager.")
    return said(short, _("Sign in to see which, and why:"), f"/clinic/clusters/{cluster.pk}/")
