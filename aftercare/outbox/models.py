"""Outbox messages, one per recipient and channel. A message stores its kind and a subject id, never a text."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# Ignore timestamps further ahead: the clock was set back.
CLOCK_TOLERANCE = timedelta(seconds=60)


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> MessageQuerySet:
        """Messages to be delivered that no worker has claimed."""
        return self.filter(state__in=Message.WAITING)

    def due(self, now: datetime) -> MessageQuerySet:
        """Messages to be delivered now. Timestamps in the future, left by a clock that was set back, count as due."""
        ahead = now + CLOCK_TOLERANCE
        return self.waiting().filter(
            Q(next_attempt_at__lte=now) | Q(created_at__gt=ahead) | Q(claimed_at__gt=ahead)
        )

    def stale_claims(self, now: datetime, life: timedelta) -> MessageQuerySet:
        """Messages whose claim is older than `life`: their worker has crashed."""
        old = Q(claimed_at__lte=now - life) | Q(claimed_at__gt=now + CLOCK_TOLERANCE)
        return self.filter(old, state=Message.State.SENDING)

    def expired(self, now: datetime) -> MessageQuerySet:
        """Waiting messages past their expiry."""
        return self.waiting().filter(expires_at__lte=now)

    def most_pressing_first(self) -> MessageQuerySet:
        """Order by priority, then by due time.

        Ties are ordered by subject, so that messages about one subject stay adjacent.
        """
        return self.order_by("priority", "next_attempt_at", "subject", "pk")

    def unattended_failures(self) -> MessageQuerySet:
        """Undelivered messages whose failure nobody has handled; expired ones are not counted."""
        return self.filter(state=Message.State.FAILED, attended_at=None).exclude(
            failure=Message.Failure.EXPIRED
        )


class Message(models.Model):
    """A row of the outbox: pending → sending → sent | retrying | failed | withdrawn; finished states never reopen.

    A database trigger enforces that, beside the conditional updates.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        SENDING = "sending", _("sending")
        RETRYING = "retrying", _("retrying")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Failure(models.TextChoices):
        PERMANENT = "permanent", _("it can never arrive")
        EXHAUSTED = "exhausted", _("every attempt failed")
        EXPIRED = "expired", _("it came too late to be of use")

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        SMS = "sms", _("SMS")
        PUSH = "push", _("push")
        VOICE = "voice", _("call")
        CHAT = "chat", _("chat")
        PAGER = "pager", _("pager")

    class Priority(models.IntegerChoices):
        """Order of sending. NOW overtakes everything and is never batched."""

        NOW = 0, _("now")
        SOON = 1, _("soon")
        ROUTINE = 2, _("routine")

    WAITING: ClassVar = (State.PENDING, State.RETRYING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    subject = models.UUIDField(db_index=True)
    # Messages of one thread (alerts of one patient) to one recipient within a minute are one mail.
    thread = models.UUIDField(null=True)
    # Id of the sending clinic; no foreign key, since this room does not import clinics.
    sender = models.BigIntegerField(null=True)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20, choices=Channel, default=Channel.EMAIL)
    # Id of the contact point: a telephone, a browser; no foreign key, since this room does not import people.
    # Null: the e-mail address of the account.
    point = models.UUIDField(null=True)
    # Number of the manual retry; each retry after a failure is a row of its own.
    repeat = models.PositiveSmallIntegerField(default=0)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.SOON)
    state = models.CharField(max_length=20, choices=State, default=State.PENDING)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=100, blank=True)
    # Id of the message that carries the mail; kept from the first attempt on.
    bundle = models.UUIDField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Number of attempts during which the worker crashed.
    deaths = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=20, choices=Failure, blank=True)
    error = models.TextField(blank=True)
    # When a person handled the failure.
    attended_at = models.DateTimeField(null=True)

    objects: ClassVar = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject", "recipient", "channel", "repeat"],
                condition=Q(point=None),
                name="one_message_per_kind_subject_recipient_channel_and_repeat",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject", "recipient", "channel", "point", "repeat"],
                condition=Q(point__isnull=False),
                name="one_message_per_kind_subject_recipient_point_and_repeat",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending", "retrying"], finished_at__isnull=True)
                | Q(state__in=["sent", "failed", "withdrawn"], finished_at__isnull=False),
                name="message_is_finished_exactly_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending")
                | (Q(claimed_at__isnull=False, bundle__isnull=False) & ~Q(claimed_by="")),
                name="message_being_sent_was_claimed_by_somebody",
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(failure="")) | (~Q(state="failed") & Q(failure="")),
                name="message_that_failed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(attended_at__isnull=True) | Q(state="failed"),
                name="message_is_looked_into_only_if_it_failed",
            ),
            models.CheckConstraint(
                condition=Q(deaths__lte=F("attempts")), name="message_has_no_more_deaths_than_attempts"
            ),
        ]
        indexes = [
            models.Index(
                # Same order as `most_pressing_first`, so that a claim reads the start of the index; the channel
                # before it, so that a backlog of mail is not read to find an SMS.
                fields=["channel", "priority", "next_attempt_at", "subject", "id"],
                condition=Q(state__in=["pending", "sending", "retrying"]),
                name="message_unfinished",
            ),
            models.Index(
                fields=["recipient", "finished_at"], condition=Q(state="sent"), name="message_told_lately"
            ),
            models.Index(
                fields=["sender", "finished_at"], condition=Q(state="failed"), name="message_failed"
            ),
            models.Index(
                fields=["point", "-created_at"], condition=Q(point__isnull=False), name="message_of_a_point"
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk} ({self.state})"


class ChannelState(models.Model):
    """State of a channel. Its row is locked while messages are claimed, so that claims see each other."""

    channel = models.CharField(max_length=20, primary_key=True, choices=Message.Channel)
    # Outages in a row; nothing is tried until `paused_until`.
    outages = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    # When the next claim may be made, where a provider takes only so many messages a second.
    next_turn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outbox_line"
        constraints = [
            models.CheckConstraint(
                condition=Q(outages=0, paused_until__isnull=True)
                | Q(outages__gt=0, paused_until__isnull=False),
                name="line_is_paused_exactly_in_an_outage",
            )
        ]

    def __str__(self) -> str:
        return f"channel {self.channel}"


class Heartbeat(models.Model):
    """Last heartbeat of a process, or last run of a periodic job."""

    name = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField()
    # Of a worker: when it began, and so after which deaths it may have been started.
    started_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
