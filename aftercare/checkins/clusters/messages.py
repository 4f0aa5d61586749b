"""The message that tells a manager of a cluster: no health detail, no name."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from aftercare.alerts.on_call.telling import said
from aftercare.checkins.models import ClusterElsewhere, ClusterReport
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content

KIND = "cluster"
# The page of the clinic keeps showing it; a message that comes later than this tells nothing new.
WORTH_TELLING = timedelta(days=3)


def render(message: Message, _now: datetime) -> Content | None:
    """Ask a manager to look at a cluster; None once one has, after the patient of this message had joined."""
    joined, short = joined_by(message.subject)
    if joined.cluster.looks.filter(at__gte=joined.added_at).exists():
        return None
    return said(short, _("Sign in to see which, and why:"), f"/clinic/clusters/{joined.cluster_id}/")


def joined_by(subject: UUID) -> tuple[ClusterReport | ClusterElsewhere, str]:
    """Return the row of the report that joined, and the sentence about it."""
    own = ClusterReport.objects.select_related("cluster").filter(pk=subject).first()
    if own is None:
        elsewhere = ClusterElsewhere.objects.select_related("cluster").get(pk=subject)
        return elsewhere, _(
            "Another clinic has check-ins like some of yours. A manager should look at them together."
        )
    if own.added_at > own.cluster.found_at:
        return own, _("One more patient belongs to check-ins that a manager should look at together.")
    return own, _("Check-ins of several patients should be looked at together by a manager.")
