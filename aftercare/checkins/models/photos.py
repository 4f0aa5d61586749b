"""Pictures that patients send with a check-in, and their consent to that."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftercare.checkins.models.check_ins import CheckIn
from aftercare.people.encryption.fields import EncryptedTextField
from aftercare.people.models import Patient

MOST_PHOTOS = 6  # of one check-in
# A picture that has not been stored for so long will not be: what took it in was ended.
STORING_SECONDS = 120
# Version of the text to which a patient agrees before the first picture.
CONSENT_VERSION = "v1"


class PhotoArea(models.TextChoices):
    """What a picture shows; pictures are compared within one area only. Sides are the patient's own."""

    FACE = "face", _("Whole face")
    FOREHEAD = "forehead", _("Forehead")
    LEFT_CHEEK = "left_cheek", _("Left cheek")
    RIGHT_CHEEK = "right_cheek", _("Right cheek")
    CHIN = "chin", _("Mouth and chin")
    NECK = "neck", _("Neck")
    CHEST = "chest", _("Chest")
    SCALP = "scalp", _("Scalp")
    LEFT_HAND = "left_hand", _("Left hand")
    RIGHT_HAND = "right_hand", _("Right hand")
    TREATED = "treated", _("Treated skin")


class PhotoConsent(models.Model):
    """A patient's consent to sending pictures, until it is taken back."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="photo_consents")
    version = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(ended_at=None),
                name="one_standing_consent_to_photos_per_patient",
            )
        ]

    def __str__(self) -> str:
        return f"consent to photos of {self.patient_id}"


class PhotoQuerySet(models.QuerySet["Photo"]):
    def kept(self) -> PhotoQuerySet:
        """Pictures that are stored and were not removed."""
        return self.filter(stored_at__isnull=False, deleted_at=None)

    def counted(self, now: datetime) -> PhotoQuerySet:
        """Kept pictures, and those that are being stored."""
        being_stored = Q(stored_at=None, created_at__gt=now - timedelta(seconds=STORING_SECONDS))
        return self.filter(being_stored | Q(stored_at__isnull=False), deleted_at=None)

    def abandoned(self, now: datetime) -> PhotoQuerySet:
        """Pictures whose storing was ended halfway."""
        return self.filter(stored_at=None, created_at__lte=now - timedelta(seconds=STORING_SECONDS))

    def left_behind(self) -> PhotoQuerySet:
        """Removed pictures whose files are still there."""
        return self.filter(deleted_at__isnull=False, purged_at=None)


class Photo(models.Model):
    """A picture, re-encoded without anything but its pixels. Its files are encrypted with a key of its own."""

    class Thumbnail(models.TextChoices):
        WAITING = "waiting", _("waiting")
        MADE = "made", _("made")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="photos")
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="photos")
    # Idempotency key, chosen by the phone: the same picture sent twice is one picture.
    token = models.UUIDField()
    area = models.CharField(max_length=20, choices=PhotoArea)
    # Key of the files; empty once the picture was removed, so that no copy of them can be read.
    key = EncryptedTextField(blank=True)
    size = models.PositiveIntegerField()  # bytes
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    thumbnail = models.CharField(max_length=20, choices=Thumbnail, default=Thumbnail.WAITING)
    created_at = models.DateTimeField()
    # Null while the file is written.
    stored_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    # When the files of a removed picture were deleted.
    purged_at = models.DateTimeField(null=True)

    objects: ClassVar = PhotoQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "token"], name="one_photo_per_patient_and_token"),
            models.CheckConstraint(
                condition=Q(thumbnail__in=["waiting", "made", "failed"]),
                name="photo_thumbnail_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None, purged_at=None) & ~Q(key="")
                | Q(deleted_at__isnull=False, key=""),
                name="removed_photo_has_no_key",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="photo_by_age"),
            models.Index(
                fields=["created_at"],
                condition=Q(thumbnail="waiting", deleted_at=None),
                name="photo_without_thumbnail",
            ),
            models.Index(
                fields=["deleted_at"],
                condition=Q(deleted_at__isnull=False, purged_at=None),
                name="photo_to_be_purged",
            ),
        ]

    def __str__(self) -> str:
        return f"photo {self.pk}"

    @property
    def file_name(self) -> str:
        """The name of the file in the store; nothing about a person can be read from it."""
        return f"{self.pk.hex}.photo"

    @property
    def thumbnail_name(self) -> str:
        return f"{self.pk.hex}.small"

    @property
    def is_kept(self) -> bool:
        return self.stored_at is not None and self.deleted_at is None
