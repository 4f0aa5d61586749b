"""Notices about the second step, to its owner by mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.outbox.registry import Content
from aftercare.people.actions.addresses import clinics_of
from aftercare.people.models import FactorChange, User

KIND = "second_step_changed"


def write_notice(*, kind: str, subject: UUID, user: User, now: datetime) -> None:
    """Write a notice to the outbox, from the person's clinic if there is only one."""
    clinics = clinics_of(user)
    Message.objects.create(
        kind=kind,
        subject=subject,
        sender=clinics[0].pk if len(clinics) == 1 else None,
        recipient=user,
        priority=Message.Priority.SOON,
        created_at=now,
        next_attempt_at=now,
    )
    nudge_after_commit()


def body_of(template: str, user: User, words: dict[str, Any]) -> str:
    """Render the body of a notice, with the person's clinics to call, in the time zone of the first."""
    clinics = clinics_of(user)
    with timezone.override(clinics[0].zone if clinics else timezone.get_default_timezone()):
        return render_to_string(template, words | {"clinics": clinics}).strip()


def render(message: Message, _now: datetime) -> Content:
    """Render the notice of a changed second step."""
    changed = FactorChange.objects.select_related("user").get(pk=message.subject)
    words = {"what": changed.get_what_display(), "at": changed.changed_at}
    body = body_of("people/factors/email/second_step_changed_message.txt", changed.user, words)
    return Content(subject=_("Your second step at sign-in was changed"), body=body)
