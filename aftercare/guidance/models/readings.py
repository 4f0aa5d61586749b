"""What a patient was shown: the revision of an article, with the first reading of it."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from wagtail.models import Revision

from aftercare.people.models import Patient
from aftercare.people.models.events import AppendOnlyError


class ReadingQuerySet(models.QuerySet["Reading"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Readings are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("Readings are never deleted.")


class Reading(models.Model):
    """The first time that a patient opened one revision of an article. Kept for good, and the revision with it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="readings")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar = ReadingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "revision"], name="one_first_reading_per_patient_and_revision"
            )
        ]

    def __str__(self) -> str:
        return f"{self.patient} read revision {self.revision_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("Readings are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Readings are never deleted.")
