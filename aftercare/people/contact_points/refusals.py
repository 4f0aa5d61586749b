"""What follows when a provider refuses a message to a contact point for good."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from aftercare.outbox.models import Message
from aftercare.people.contact_points.delivery import disable
from aftercare.people.contact_points.stopping import stop_point
from aftercare.people.models import ContactPoint

MOST_REFUSALS = 3  # in a row


def refused(point_id: UUID, is_gone: bool, now: datetime) -> None:
    """Disable a point that is gone, or that has refused three messages in a row.

    A gateway says that a telephone is gone where STOP was sent from it; no webhook may have told us.
    """
    if is_gone:
        point = ContactPoint.objects.select_related("user").filter(pk=point_id).first()
        if point is not None and point.kind == ContactPoint.Kind.SMS:
            stop_point(point, now)
        else:
            disable(point_id, ContactPoint.Disabled.GONE, now)
    elif has_refused_long_enough(point_id):
        disable(point_id, ContactPoint.Disabled.REFUSED, now)


def has_refused_long_enough(point_id: UUID) -> bool:
    """Return True if the newest three messages were refused, and the provider took others meanwhile.

    A provider that refuses everybody's messages is at fault itself.
    """
    own = Message.objects.filter(point=point_id, finished_at__isnull=False)
    newest = list(own.exclude(state=Message.State.WITHDRAWN).order_by("-created_at")[:MOST_REFUSALS])
    refusals = [message for message in newest if is_refusal(message)]
    if len(refusals) < MOST_REFUSALS:
        return False
    since = min(message.created_at for message in refusals)
    others = Message.objects.filter(channel=newest[0].channel, finished_at__gte=since).exclude(point=point_id)
    refuses_others = others.filter(failure=Message.Failure.PERMANENT).exists()
    return not refuses_others or others.filter(state=Message.State.SENT).exists()


def is_refusal(message: Message) -> bool:
    """Return True if the provider answered that it will never take the message; False for a fault of our own."""
    return message.failure == Message.Failure.PERMANENT and "answered" in message.error
