"""Invitations: how a patient or a staff member comes in for the first time."""

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
        """Those that nobody has used or stopped; they may be too old."""
        return self.filter(used_at=None, stopped_at=None)

    def of_token(self, token: str) -> Self:
        """The one that this token belongs to; none for a token that we did not make."""
        try:
            signed = self.model.SIGNER.unsign(token).encode()
            return self.filter(pk=uuid.UUID(bytes=signing.b64_decode(signed)))
        except (signing.BadSignature, ValueError):  # binascii's errors are ValueErrors
            return self.none()


class LinkToSignIn(models.Model):
    """A link that signs one person in, once, within 14 days.

    Its token is kept nowhere: it is the id, signed with the secret of the portal. So a mail that has to be sent
    twice carries the same link twice, and who reads the database can sign in as nobody.
    """

    # A point, so that the token stays in one piece where a mail program looks for links.
    SIGNER: ClassVar[signing.Signer]
    PLACE: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # When its page was first opened: by the person, or by a mail program that looks at links.
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
        """The path of its page, token included: for the eyes of the person alone."""
        short = signing.b64_encode(self.pk.bytes).decode()
        return f"/accounts/{self.PLACE}/{self.SIGNER.sign(short)}/"

    def is_usable(self, now: datetime) -> bool:
        """Whether it may still sign in."""
        return self.used_at is None and self.stopped_at is None and now < self.ends_at


class Invitation(LinkToSignIn):
    """How a patient comes in for the first time."""

    class Way(models.TextChoices):
        EMAIL = "email", _("by e-mail")
        PRINT = "print", _("on paper")
        LINK = "link", _("as a link")

    SIGNER = signing.Signer(salt="aftercare.people.invitation", sep=".")
    PLACE = "invitation"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="invitations")
    way = models.CharField(max_length=10, choices=Way)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta(LinkToSignIn.Meta):
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


class StaffInvitation(LinkToSignIn):
    """How somebody who was added to the staff comes in for the first time: always by e-mail."""

    SIGNER = signing.Signer(salt="aftercare.people.staff_invitation", sep=".")
    PLACE = "staff-invitation"

    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="invitations")

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta(LinkToSignIn.Meta):
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
