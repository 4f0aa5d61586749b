"""Messages to staff about the rota, by each person's own ways."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.outbox import database_clock
from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.outbox.registry import Content
from aftercare.people.contact_points.rules import own_rules
from aftercare.people.models import Clinic, StaffMember
from aftercare.triage import Level


def tell(
    members: Collection[StaffMember],
    *,
    kind: str,
    subject: UUID,
    clinic: Clinic,
    now: datetime,
    expires_at: datetime,
    level: Level = Level.SAME_DAY,
) -> None:
    """Write a message of `kind` to each member, by the rules that each has for `level`; call in a transaction."""
    due = database_clock.not_ahead(now)
    people = own_rules(member.user_id for member in members)
    Message.objects.bulk_create(
        (
            Message(
                kind=kind,
                subject=subject,
                sender=clinic.pk,
                recipient_id=user_id,
                channel=way.channel,
                point=way.point,
                created_at=now,
                next_attempt_at=way.at,
                expires_at=expires_at,
            )
            for user_id, own in people.items()
            for way in own.ways(level.value, due, clinic.zone, expires_at)
        ),
        ignore_conflicts=True,
    )
    nudge_after_commit()


def said(short: str, act: str, path: str) -> Content:
    """Return the content of a message about the rota: one sentence, and a link with what it is for."""
    body = "\n\n".join([short, f"{act}\n{settings.SITE_URL}{path}"])
    return Content(subject=short.rstrip("."), body=body, short=short, path=path)


def clock_on(at: datetime, clinic: Clinic) -> str:
    """Return an instant by the clinic's clock, as a message says it: "Mon 30 Nov, 18:00"."""
    return date_format(at.astimezone(clinic.zone), pgettext("date format", "D j M, H:i"))


def span_of(starts_at: datetime, ends_at: datetime, clinic: Clinic) -> str:
    """Return a stretch of time as a message says it; the date of the end only if it is another day."""
    start, end = starts_at.astimezone(clinic.zone), ends_at.astimezone(clinic.zone)
    is_far = (end.date() - start.date()).days > 1
    until = clock_on(ends_at, clinic) if is_far else date_format(end, pgettext("date format", "H:i"))
    return _("%(start)s to %(end)s") % {"start": clock_on(starts_at, clinic), "end": until}
