"""What the outbox asks of contact points: where they are, and what follows from a refusal."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from aftercare.outbox.models import Message
from aftercare.people.models import ContactPoint

logger = logging.getLogger(__name__)

MOST_REFUSALS = 3  # in a row


def addresses(points: Collection[UUID]) -> Mapping[UUID, str]:
    """Return where these points are; those that are disabled are left out."""
    rows = ContactPoint.objects.filter(pk__in=points, disabled_at=None)
    return {point.pk: point.address for point in rows}


def refused(point_id: UUID, is_gone: bool, now: datetime) -> None:
    """Disable a point that is gone, or that has refused three messages in a row."""
    because = ContactPoint.Disabled.GONE if is_gone else ContactPoint.Disabled.REFUSED
    if not is_gone and not has_refused_long_enough(point_id):
        return
    found = ContactPoint.objects.filter(pk=point_id, disabled_at=None)
    if found.update(disabled_at=now, disabled_because=because):
        logger.warning("contact point %s is disabled: %s", point_id, because.value)


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
