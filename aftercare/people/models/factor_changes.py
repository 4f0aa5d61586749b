"""Changes of the second step with which a person signs in, and its removal by the clinic."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.core import signing
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftercare.people.models.clinics import Clinic
from aftercare.people.models.users import User

ASK_LIFE = timedelta(days=7)  # how long a request waits for a second person
REMOVAL_WAIT = timedelta(hours=24)  # from the second person's yes


class FactorChange(models.Model):
    """A change of the second step of a person; a notice of it goes to the person."""

    class What(models.TextChoices):
        ADDED_APP = "added_app", _("An app on a phone was added.")
        REMOVED_APP = "removed_app", _("The app on the phone was removed.")
        ADDED_PASSKEY = "added_passkey", _("A fingerprint, screen lock or key was added.")
        REMOVED_PASSKEY = "removed_passkey", _("A fingerprint, screen lock or key was removed.")
        NEW_SPARE_CODES = (
            "new_spare_codes",
            _("New spare codes were made. The ones from before work no more."),
        )
        RESET = "reset", _("The second step was removed, as you or your clinic asked for.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factor_changes")
    what = models.CharField(max_length=20, choices=What)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.what} of {self.user_id}"


class FactorRemovalQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Requests that are neither carried out nor stopped."""
        return self.filter(ended_at=None)

    def due(self, now: datetime) -> Self:
        """Approved requests whose wait is over."""
        return self.open().filter(approved_at__lte=now - REMOVAL_WAIT)

    def lapsed(self, now: datetime) -> Self:
        """Requests that nobody has approved in time."""
        return self.open().filter(approved_at=None, asked_at__lte=now - ASK_LIFE)

    def of_token(self, token: str) -> Self:
        """The request of the token in its mails; none for an invalid token."""
        try:
            signed = FactorRemoval.SIGNER.unsign(token).encode()
            return self.filter(pk=uuid.UUID(bytes=signing.b64_decode(signed)))
        except (signing.BadSignature, ValueError):  # binascii.Error is a ValueError
            return self.none()


class FactorRemoval(models.Model):
    """A clinic's request to remove the second step of somebody who has lost it. Two people and a day stand before."""

    class Outcome(models.TextChoices):
        REMOVED = "removed", _("removed")
        CANCELLED = "cancelled", _("stopped by the clinic")
        REFUSED = "refused", _("stopped by its owner")
        LAPSED = "lapsed", _("stopped: nobody agreed in time")

    SIGNER: ClassVar = signing.Signer(salt="aftercare.people.factor_removal", sep=".")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factor_removals")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="factor_removals")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    objects: ClassVar = FactorRemovalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="one_open_removal_per_person"
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("user")), name="removal_is_asked_by_another_than_its_owner"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~(Q(approved_by=F("user")) | Q(approved_by=F("asked_by"))),
                name="removal_is_approved_by_a_third_person",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="approved_removal_says_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="")
                | Q(ended_at__isnull=False, outcome__in=["removed", "cancelled", "refused", "lapsed"]),
                name="ended_removal_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="removed") | Q(approved_at__isnull=False),
                name="second_step_is_removed_after_approval",
            ),
        ]

    def __str__(self) -> str:
        return f"removal {self.pk}"

    @property
    def removal_at(self) -> datetime | None:
        """When the second step is removed; None until a second person has approved."""
        return self.approved_at + REMOVAL_WAIT if self.approved_at else None

    @property
    def lapses_at(self) -> datetime:
        return self.asked_at + ASK_LIFE

    @property
    def path(self) -> str:
        """Path of the page on which its owner refuses it; to be mailed to the owner only."""
        short = signing.b64_encode(self.pk.bytes).decode()
        return f"/accounts/removal/{self.SIGNER.sign(short)}/"
