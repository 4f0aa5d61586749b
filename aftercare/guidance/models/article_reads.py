"""Revisions of articles that are kept for good: what a patient was shown, and what came with the portal."""

from __future__ import annotations

from django.db import models
from wagtail.models import Revision

from aftercare.people.models import Patient
from aftercare.people.models.append_only import AppendOnly


class ArticleRead(AppendOnly):
    """The first time that a patient opened one revision of an article. Kept for good, and the revision with it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="readings")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "guidance_reading"
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "revision"], name="one_first_reading_per_patient_and_revision"
            )
        ]

    def __str__(self) -> str:
        return f"{self.patient} read revision {self.revision_id}"


class ShippedText(models.Model):
    """The text of an article as it came with the portal. Whatever is made of it, it can be gone back to."""

    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"shipped as revision {self.revision_id}"
