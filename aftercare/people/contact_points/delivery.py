"""What the outbox asks of contact points: where they are. What follows when one is disabled."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from aftercare.outbox import database_clock
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.models import ContactPoint

logger = logging.getLogger(__name__)

OFF_KIND = "point_off"
WORTH_TELLING = timedelta(days=2)
OWN_PAGE = "/clinic/contact-points/"


def addresses(points: Collection[UUID]) -> Mapping[UUID, str]:
    """Return where these points are; those that are disabled are left out."""
    rows = ContactPoint.objects.filter(pk__in=points, disabled_at=None)
    return {point.pk: point.address for point in rows}


@transaction.atomic
def disable(point_id: UUID, because: ContactPoint.Disabled, now: datetime) -> bool:
    """Disable a point, and tell its owner by e-mail if it counted until now; return whether it did."""
    point = ContactPoint.objects.select_for_update().filter(pk=point_id, disabled_at=None).first()
    if point is None:
        return False
    point.disabled_at, point.disabled_because = now, because
    point.save(update_fields=["disabled_at", "disabled_because"])
    logger.warning("contact point %s is disabled: %s", point_id, because.value)
    if point.verified_at:
        Message.objects.create(
            kind=OFF_KIND,
            subject=point.pk,
            repeat=Message.objects.filter(kind=OFF_KIND, subject=point.pk).count(),
            recipient_id=point.user_id,
            created_at=now,
            next_attempt_at=database_clock.not_ahead(now),
            expires_at=now + WORTH_TELLING,
        )
    return point.verified_at is not None


def render_off(message: Message, _now: datetime) -> Content | None:
    """Tell the owner that a point takes no messages any more; None if it was set up again or removed meanwhile."""
    point = ContactPoint.objects.filter(pk=message.subject, disabled_at__isnull=False).first()
    if point is None:
        return None
    subject = _("You are no longer reached by %(kind)s") % {"kind": point.get_kind_display()}
    said = _("One of your phones or browsers takes no messages from us any more, so it was switched off.")
    act = _("Sign in to set it up again, or to remove it:")
    body = f"{said}\n\n{act}\n{settings.SITE_URL}{OWN_PAGE}"
    return Content(subject=subject, body=body, path=OWN_PAGE)
