"""Messages: one to one recipient by one channel. A message knows its kind and the id it is about, never a text."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# A worker that claimed a message and said nothing for this long is taken to be dead.
CLAIM_LIFE = timedelta(seconds=60)
# A message whose delivery was queued and did not begin for this long is queued again.
QUEUE_PATIENCE = timedelta(seconds=10)


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> MessageQuerySet:
        """Those that still have to be delivered and that nobody has claimed."""
        return self.filter(state__in=Message.WAITING)

    def due(self, now: datetime) -> MessageQuerySet:
        """Those to be delivered now."""
        return self.waiting().filter(next_attempt_at__lte=now)

    def stale_claims(self, now: datetime) -> MessageQuerySet:
        """Those whose claimant has died."""
        return self.filter(state=Message.State.SENDING, claimed_at__lte=now - CLAIM_LIFE)


class Message(models.Model):
    """The outbox row. pending → sending → sent | retrying | failed | withdrawn; finished states never reopen."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        SENDING = "sending", _("sending")
        RETRYING = "retrying", _("retrying")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")

    WAITING: ClassVar = (State.PENDING, State.RETRYING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    subject = models.UUIDField(db_index=True)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20, choices=Channel, default=Channel.EMAIL)
    state = models.CharField(max_length=20, choices=State, default=State.PENDING)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    objects: ClassVar = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject", "recipient", "channel"],
                name="one_message_per_kind_subject_recipient_and_channel",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending", "retrying"], finished_at__isnull=True)
                | Q(state__in=["sent", "failed", "withdrawn"], finished_at__isnull=False),
                name="message_is_finished_exactly_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(claimed_at__isnull=False),
                name="message_being_sent_was_claimed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=["pending", "sending", "retrying"]),
                name="message_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"message {self.pk} ({self.state})"


class Heartbeat(models.Model):
    """When a process was last known to be alive."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
