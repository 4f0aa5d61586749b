"""A patient's own telephones and browsers: add them with a yes, and take the yes back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aftercare.outbox.models import Message
from aftercare.people.contact_points.actions import AlreadyThereError, add_browser, add_point, record_change
from aftercare.people.models import ContactPoint, User

Kind = ContactPoint.Kind


@transaction.atomic
def add_number(*, user: User, number: str, now: datetime) -> ContactPoint:
    """Add a patient's telephone with the patient's yes; one that is there, such as from the clinic, gets the yes.

    Raise TooManyError if the person has too many ways.
    """
    try:
        point = add_point(user=user, kind=Kind.SMS, address=number, now=now)
    except AlreadyThereError:
        point = next(one for one in user.contact_points.filter(kind=Kind.SMS) if one.address == number)
    return agree(point=point, now=now)


@transaction.atomic
def add_own_browser(
    *, user: User, subscription: str, name: str, replaces: UUID | None, now: datetime
) -> ContactPoint:
    """Add a patient's browser with the patient's yes; raise TooManyError if the person has too many ways."""
    try:
        point = add_browser(user=user, subscription=subscription, name=name, replaces=replaces, now=now)
    except AlreadyThereError:
        browsers = user.contact_points.filter(kind=Kind.PUSH)
        point = next(one for one in browsers if one.address == subscription)
    return agree(point=point, now=now)


@transaction.atomic
def agree(*, point: ContactPoint, now: datetime) -> ContactPoint:
    """Note the person's yes to messages as a patient."""
    if point.agreed_at is None:
        point.agreed_at = now
        point.save(update_fields=["agreed_at"])
        record_change(point.user, now, point=point.pk, change="agreed", kind=point.kind)
    return point


@transaction.atomic
def stop(*, point: ContactPoint, now: datetime) -> None:
    """Take the yes back: what waits for the point is withdrawn, and the e-mail behind it leaves."""
    if not ContactPoint.objects.filter(pk=point.pk, agreed_at__isnull=False).update(agreed_at=None):
        return
    waiting = Message.objects.waiting().filter(point=point.pk)
    waiting.update(state=Message.State.WITHDRAWN, finished_at=now)
    record_change(point.user, now, point=point.pk, change="stopped", kind=point.kind)
