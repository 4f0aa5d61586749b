"""A manager asks a colleague whom nothing wakes to set up a way."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from aftercare.outbox import database_clock
from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.outbox.registry import Content
from aftercare.people.contact_points.delivery import OWN_PAGE
from aftercare.people.contact_points.rules import own_rules
from aftercare.people.models import StaffMember, User

KIND = "reach_asked"
EVERY = timedelta(days=1)


class AskedLatelyError(ValueError):
    """The colleague was asked less than a day ago."""


@transaction.atomic
def ask_to_set_up(*, member: StaffMember, now: datetime) -> None:
    """Ask a colleague by e-mail to set up a way of being woken; raise AskedLatelyError within a day of the last."""
    User.objects.select_for_update(no_key=True).get(pk=member.user_id)
    if asked_lately([member.user_id], now):
        raise AskedLatelyError
    Message.objects.create(
        kind=KIND,
        subject=uuid.uuid4(),
        sender=member.clinic_id,
        recipient_id=member.user_id,
        created_at=now,
        next_attempt_at=database_clock.not_ahead(now),
        expires_at=now + EVERY,
    )
    nudge_after_commit()


def asked_lately(user_ids: Collection[int], now: datetime) -> dict[int, datetime]:
    """Return when those of these users were asked who were asked within a day."""
    rows = Message.objects.filter(kind=KIND, recipient__in=user_ids, created_at__gt=now - EVERY)
    return dict(rows.order_by("created_at").values_list("recipient_id", "created_at"))


def render(message: Message, _now: datetime) -> Content | None:
    """Return the text; None if the recipient has set up a way meanwhile."""
    if own_rules([message.recipient_id])[message.recipient_id].waking_kinds:
        return None
    subject = _("Please set up how you are woken at night")
    asked = _(
        "A manager of your clinic asks you to add a phone or a browser, because an e-mail wakes nobody."
    )
    how = _("It takes two minutes. Sign in here:")
    body = f"{asked}\n\n{how}\n{settings.SITE_URL}{OWN_PAGE}"
    return Content(subject=subject, body=body, path=OWN_PAGE)
