"""Revisions of articles kept for good: those that patients have read, and shipped ones."""

from __future__ import annotations

from django.db import models
from wagtail.models import Revision

from aftercare.people.models import Patient
from aftercare.people.models.append_only import AppendOnly


class ArticleRead(AppendOnly):
    """The first time that a patient opened a revision of an article; row and revision are kept for good."""

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
    """A shipped text of an article, which can always be restored."""

    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"shipped as revision {self.revision_id}"
