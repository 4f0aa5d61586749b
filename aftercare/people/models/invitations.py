"""Invitations: the first sign-in of a patient or staff member."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.core import signing
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftercare.people.models.clinics import StaffMember
from aftercare.people.models.patients import Patient
from aftercare.people.models.users import User

LIFE = timedelta(days=14)


class InvitationQuerySet(models.QuerySet[Any]):
    def live(self) -> Self:
        """Invitations that are neither used nor stopped; they may have expired."""
        return self.filter(used_at=None, stopped_at=None)

    def of_token(self, token: str) -> Self:
        """The invitation of a token; none for an invalid token."""
        try:
            signed = self.model.SIGNER.unsign(token).encode()
            return self.filter(pk=uuid.UUID(bytes=signing.b64_decode(signed)))
        except (signing.BadSignature, ValueError):  # binascii.Error is a ValueError
            return self.none()


class InvitationLink(models.Model):
    """A link that signs one person in, once, within 14 days.

    The token is not stored: it is the id, signed with SECRET_KEY. A mail that is sent twice carries the same
    link, and read access to the database does not allow signing in.
    """

    # A dot, so that mail programs keep the token in one piece when they look for links.
    SIGNER: ClassVar[signing.Signer]
    PLACE: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # When the page was first opened, by the person or by a mail scanner.
    opened_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["-made_at"]

    @property
    def ends_at(self) -> datetime:
        return self.made_at + LIFE

    @property
    def path(self) -> str:
        """Path of the page with the token; to be shown to that person only."""
        short = signing.b64_encode(self.pk.bytes).decode()
        return f"/accounts/{self.PLACE}/{self.SIGNER.sign(short)}/"

    def is_usable(self, now: datetime) -> bool:
        """Return True if the link can still sign in."""
        return self.used_at is None and self.stopped_at is None and now < self.ends_at


class Invitation(InvitationLink):
    """Invitation of a patient."""

    class Way(models.TextChoices):
        EMAIL = "email", _("by e-mail")
        PRINT = "print", _("on paper")
        LINK = "link", _("as a link")

    SIGNER = signing.Signer(salt="aftercare.people.invitation", sep=".")
    PLACE = "invitation"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="invitations")
    way = models.CharField(max_length=10, choices=Way)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta(InvitationLink.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(used_at=None, stopped_at=None),
                name="one_live_invitation_per_patient",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(stopped_at=None),
                name="invitation_is_used_or_stopped_not_both",
            ),
            models.CheckConstraint(
                condition=Q(way__in=["email", "print", "link"]), name="invitation_goes_a_known_way"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    def is_welcome(self, now: datetime) -> bool:
        """Return True if the invitation is usable and the patient not withdrawn."""
        return self.is_usable(now) and self.patient.user.is_active and not self.patient.is_withdrawn


class StaffInvitation(InvitationLink):
    """Invitation of a staff member; always mailed."""

    SIGNER = signing.Signer(salt="aftercare.people.staff_invitation", sep=".")
    PLACE = "staff-invitation"

    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="invitations")

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta(InvitationLink.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(used_at=None, stopped_at=None),
                name="one_live_invitation_per_staff_member",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(stopped_at=None),
                name="staff_invitation_is_used_or_stopped_not_both",
            ),
        ]

    def __str__(self) -> str:
        return f"staff invitation {self.pk}"

    def is_welcome(self, now: datetime) -> bool:
        """Return True if the invitation is usable and the person works there."""
        return self.is_usable(now) and self.member.is_active and self.member.user.is_active
