"""Mails with a code to sign in, or to prove an address: they leave by the outbox, first in line, and expire.

The web process hands them over itself, so that signing in needs neither worker nor broker. What it cannot hand over,
because the mail server is away or the process ends, the worker or the watchdog sends.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef

from aftercare.outbox import database_clock, delivery
from aftercare.outbox.background import Background
from aftercare.outbox.heartbeats import claim_periodic_job
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.actions.code_requests import is_nobody
from aftercare.people.models import CodeMail, User

KIND = "code"
KEPT, CLEAR_EVERY = timedelta(days=1), timedelta(hours=1)
# A waiting delivery covers every mail before it.
_delivery = Background("mails with codes", 1)

logger = logging.getLogger(__name__)


@transaction.atomic
def send_code_mail(*, mail: EmailMessage, user: User, sender_name: str, now: datetime) -> None:
    """Send a mail with a code to `user`, outside the request.

    A mail to nobody takes the same work; it is withdrawn where it would leave, and its address is not kept.
    """
    kept = CodeMail.objects.create(
        content={
            "to": user.email if is_nobody(user) else mail.to[0],
            "subject": str(mail.subject),
            "body": str(mail.body),
            "sender_name": sender_name,
        },
        created_at=now,
    )
    Message.objects.create(
        kind=KIND,
        subject=kept.pk,
        recipient=user,
        priority=Message.Priority.NOW,
        created_at=now,
        next_attempt_at=database_clock.not_ahead(now),
        expires_at=now + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT),
    )
    hand_over()


def hand_over() -> None:
    """Deliver after the commit, outside the request."""
    transaction.on_commit(lambda: _delivery.submit(deliver_code_mails))


def deliver_code_mails() -> None:
    """Deliver the codes that wait, by the same claims as a worker, and empty those that have left."""
    try:
        delivery.deliver_kind(KIND)
        empty_finished(database_clock.now())
    finally:
        delivery.close_connections()


def render(message: Message, _now: datetime) -> Content | None:
    """Return the mail as it was written; None if it is for nobody, was emptied, or erased with its recipient."""
    kept = CodeMail.objects.filter(pk=message.subject).first()
    if kept is None or not kept.content or is_nobody(message.recipient):
        return None
    return Content(**kept.content)


def attend_failures(messages: Sequence[Message], now: datetime) -> None:
    """Take codes that could not be sent as looked into: whoever waits for one asks for another."""
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(attended_at=now)


def empty_finished(now: datetime) -> int:
    """Empty the mails that were sent, have expired or were given up; delete them after a day. Write no message."""
    finished = Message.objects.filter(kind=KIND, subject=OuterRef("pk"), finished_at__isnull=False)
    CodeMail.objects.filter(Exists(finished), emptied_at=None).update(content={}, emptied_at=now)
    if claim_periodic_job("clear code mails", CLEAR_EVERY, now):
        old = CodeMail.objects.filter(created_at__lte=now - KEPT).exclude(emptied_at=None)
        ids = list(old.values_list("pk", flat=True)[:10_000])
        Message.objects.filter(kind=KIND, subject__in=ids).delete()
        CodeMail.objects.filter(pk__in=ids).delete()
    return 0
