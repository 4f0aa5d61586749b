"""Contact points of a person, rules that say which is used when, and quiet hours."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftercare.people.encryption.fields import EncryptedTextField
from aftercare.people.models.users import User

LONGEST_DELAY_MIN = 10


class ContactPointQuerySet(models.QuerySet["ContactPoint"]):
    def usable(self) -> ContactPointQuerySet:
        """Points that count: verified, and not disabled."""
        return self.filter(verified_at__isnull=False, disabled_at=None)


class ContactPoint(models.Model):
    """A telephone, browser, chat, pager or further mailbox of a person.

    It counts once it is verified, until it is disabled.

    The e-mail address of the account needs no row: it always counts.
    """

    class Kind(models.TextChoices):
        PUSH = "push", _("push")
        SMS = "sms", _("SMS")
        VOICE = "voice", _("call")
        PAGER = "pager", _("pager")
        CHAT = "chat", _("chat")
        EMAIL = "email", _("e-mail")

    class Disabled(models.TextChoices):
        GONE = "gone", _("it takes no messages any more")
        REFUSED = "refused", _("it refused three messages in a row")
        STOPPED = "stopped", _("STOP was sent from it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=20, choices=Kind)
    # Number in E.164, mailbox, the subscription of a browser, or the address of a chat or pager as Apprise writes it.
    address = EncryptedTextField()
    # What its owner calls it: "Pixel 8, Chrome". A number or mailbox names itself.
    name = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    # The code that proves the point, as a keyed hash.
    code_hash = models.CharField(max_length=64, blank=True)
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)
    # When the person said yes to messages as a patient; null for what staff use at work, and once stopped.
    agreed_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.CharField(max_length=20, choices=Disabled, blank=True)

    objects: ClassVar = ContactPointQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True, disabled_because="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_because="")),
                name="contact_point_that_is_disabled_says_why",
            ),
            models.CheckConstraint(
                condition=Q(code_hash="") | Q(code_sent_at__isnull=False),
                name="contact_point_with_a_code_says_when_it_was_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"contact point {self.pk} ({self.kind})"

    @property
    def is_usable(self) -> bool:
        """True if the point counts."""
        return self.verified_at is not None and self.disabled_at is None


class ContactRule(models.Model):
    """A kind of point that a person uses for a level, and how many minutes after the first.

    A person without any for a level has the default of `contact_points.rules`.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="contact_rules")
    level = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, choices=ContactPoint.Kind)
    after_min = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "level", "kind"], name="one_contact_rule_per_user_level_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(level__in=["emergency", "urgent", "same_day", "routine"]),
                name="contact_rule_is_for_a_level_that_is_told",
            ),
            models.CheckConstraint(
                condition=Q(after_min__lte=LONGEST_DELAY_MIN), name="contact_rule_waits_10_minutes_at_most"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level}: {self.kind} after {self.after_min} min"


class QuietHours(models.Model):
    """Times of day, by the clock of the clinic, at which what can wait does; never emergency and urgent."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="quiet_hours")
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(starts=F("ends")), name="quiet_hours_are_not_the_whole_day")
        ]

    def __str__(self) -> str:
        return f"quiet from {self.starts:%H:%M} to {self.ends:%H:%M}"
