"""Companions: people who look at a patient's recovery with an own sign-in, invited by the patient."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from aftercare.people.encryption.fields import EncryptedTextField
from aftercare.people.models.patients import Patient
from aftercare.people.models.users import User

LIFE = timedelta(days=14)


def companion_words(name: str) -> str:
    """Return who a companion is, for the patient and for staff: "Tom, companion"."""
    return gettext("%(name)s, companion") % {"name": name} if name else gettext("a companion")


class CompanionQuerySet(models.QuerySet["Companion"]):
    def not_removed(self) -> CompanionQuerySet:
        """Companions that are invited, or have accepted, and were not removed."""
        return self.filter(removed_at=None)

    def active(self) -> CompanionQuerySet:
        """Companions who have accepted and may look: the patient takes part, and has accepted the clinic."""
        return self.not_removed().filter(
            accepted_at__isnull=False, patient__withdrawn_at=None, patient__pending_since=None
        )

    def end(self, now: datetime) -> None:
        """Remove these companions. Invitations that nobody accepted are deleted, addresses are not kept."""
        self.filter(accepted_at=None).delete()
        self.filter(removed_at=None).update(removed_at=now, email="")


class Companion(models.Model):
    """Somebody invited by a patient. `user` is set once the invitation is accepted.

    The row stays after the removal: check-ins that the companion filled in point to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="companions")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="companionships")
    # As the patient wrote them; the address is empty after the removal, the name once somebody was erased.
    name = EncryptedTextField(max_length=60)
    email = EncryptedTextField(max_length=254, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects: ClassVar = CompanionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["invited_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "user"],
                condition=Q(removed_at=None),
                name="one_companionship_per_patient_and_user",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True, accepted_at__isnull=True)
                | Q(user__isnull=False, accepted_at__isnull=False),
                name="companion_has_a_sign_in_once_accepted",
            ),
        ]

    def __str__(self) -> str:
        return f"companion {self.pk}"

    @staticmethod
    def hash_of(token: str) -> str:
        """Return the stored hash of a token."""
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def ends_at(self) -> datetime:
        """Instant from which the invitation cannot be accepted."""
        return self.invited_at + LIFE

    def is_open(self, now: datetime) -> bool:
        """Return True if the invitation can be accepted."""
        return self.accepted_at is None and self.removed_at is None and now < self.ends_at
