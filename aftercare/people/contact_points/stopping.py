"""STOP by SMS: the telephone is left alone, and the managers are told that it reaches nobody any more.

The webhook says so, or the gateway, which takes no SMS for such a telephone.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from aftercare.outbox import database_clock
from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.outbox.registry import Content
from aftercare.people.contact_points.actions import record_change
from aftercare.people.contact_points.delivery import OWN_PAGE, WORTH_TELLING, disable
from aftercare.people.models import ContactPoint, StaffMember

STOPPED_KIND = "point_stopped"


def points_at(number: str) -> list[ContactPoint]:
    """Return the points for SMS with this number. Numbers are encrypted, so each of them is looked at."""
    points = ContactPoint.objects.filter(kind=ContactPoint.Kind.SMS, disabled_at=None).select_related("user")
    return [point for point in points if point.address == number]


def owners_of(number: str) -> set[int]:
    """Return the ids of the users who have confirmed a telephone with this number."""
    return {point.user_id for point in points_at(number) if point.is_usable}


@transaction.atomic
def stop_points(*, number: str, now: datetime) -> int:
    """Disable the points with this number, and tell the managers of those that counted; return how many."""
    points = points_at(number)
    for point in points:
        stop_point(point, now)
    return len(points)


@transaction.atomic
def stop_point(point: ContactPoint, now: datetime) -> None:
    """Disable a point from which STOP was sent, and tell the managers if it counted; once, whoever says so first."""
    if point.disabled_at is not None:
        return
    counted = disable(point.pk, ContactPoint.Disabled.STOPPED, now)
    record_change(point.user, now, point=point.pk, change="stopped", kind=point.kind)
    if counted:
        tell_managers(point, now)


def tell_managers(point: ContactPoint, now: datetime) -> None:
    """Write a mail to the managers of each clinic where the owner of a point works."""
    clinics = StaffMember.objects.active().filter(user=point.user).values("clinic")
    managers = StaffMember.objects.active().filter(clinic__in=clinics, role=StaffMember.Role.MANAGER)
    Message.objects.bulk_create(
        Message(
            kind=STOPPED_KIND,
            subject=uuid.uuid4(),
            thread=point.pk,
            sender=manager.clinic_id,
            recipient_id=manager.user_id,
            created_at=now,
            next_attempt_at=database_clock.not_ahead(now),
            expires_at=now + WORTH_TELLING,
        )
        for manager in managers
    )
    nudge_after_commit()


def render_stopped(message: Message, _now: datetime) -> Content | None:
    """Say whose telephone takes no SMS any more; None once it does again."""
    assert message.thread is not None
    point = ContactPoint.objects.filter(pk=message.thread).select_related("user").first()
    if point is None or point.disabled_because != ContactPoint.Disabled.STOPPED:
        return None
    name = {"name": point.user}
    subject = _("%(name)s gets no SMS any more") % name
    said = _("%(name)s has answered STOP to an SMS, so that telephone is left alone from now on.") % name
    see = _("See who can be woken, and ask for another way if need be:")
    return Content(subject=subject, body=f"{said}\n\n{see}\n{settings.SITE_URL}{OWN_PAGE}", path=OWN_PAGE)
