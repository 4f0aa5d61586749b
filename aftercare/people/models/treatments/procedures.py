"""Procedures: the treatments of patients."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from aftercare.people.models.patients import Patient
from aftercare.people.models.treatments.operators import Operator
from aftercare.people.models.users import User


class Area(models.TextChoices):
    """The areas that the forms of the clinic offer. A stored area may be another text."""

    FACE = "face", pgettext_lazy("part of the body", "face")
    FOREHEAD = "forehead", pgettext_lazy("part of the body", "forehead")
    CHEEKS = "cheeks", pgettext_lazy("part of the body", "cheeks")
    NECK = "neck", pgettext_lazy("part of the body", "neck")
    CHEST = "chest", pgettext_lazy("part of the body", "chest")
    SCALP = "scalp", pgettext_lazy("part of the body", "scalp")
    HANDS = "hands", pgettext_lazy("part of the body", "hands")
    BODY = "body", pgettext_lazy("part of the body", "body")


def area_words(stored: str) -> str:
    """Return a stored area in words: as stored if the forms do not offer it."""
    return str(Area(stored).label) if stored in Area.values else stored


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    def in_order(self) -> ProcedureQuerySet:
        """Order by time of treatment, oldest first; equal times (two areas in one session) in order of entry."""
        return self.order_by("performed_at", "recorded_at")


class Procedure(models.Model):
    """A treatment. Recovery is counted in elapsed hours from `performed_at`."""

    class Kind(models.TextChoices):
        MICRONEEDLING = "mn", _("Microneedling")
        RADIOFREQUENCY = "rf", _("RF microneedling")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="procedures")
    kind = models.CharField(max_length=2, choices=Kind)
    area = models.CharField(max_length=40)
    performed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Who performed it; null: not recorded.
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, null=True, related_name="procedures")
    # Last correction; the event keeps the old values.
    corrected_at = models.DateTimeField(null=True)

    # The rows of `lots`, set by `aftercare.people.treatments.loading`.
    used_lots: list[Any]

    objects: ClassVar = ProcedureQuerySet.as_manager()

    class Meta:
        ordering = ["performed_at"]
        indexes = [
            models.Index(fields=["performed_at", "id"], name="procedure_by_instant"),
            models.Index(
                fields=["corrected_at"],
                condition=models.Q(corrected_at__isnull=False),
                name="procedure_corrected",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["mn", "rf"]), name="procedure_kind_is_mn_or_rf"
            ),
            models.CheckConstraint(
                condition=models.Q(performed_at__lte=models.F("recorded_at"))
                | models.Q(corrected_at__isnull=False, performed_at__lte=models.F("corrected_at")),
                name="procedure_is_recorded_or_corrected_after_it_was_performed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.area_words}"

    @property
    def area_words(self) -> str:
        return area_words(self.area)

    @property
    def version(self) -> str:
        """Version mark of the page; it changes with each correction."""
        corrected = self.corrected_at.isoformat() if self.corrected_at else ""
        return "|".join(
            (str(self.patient_id), self.kind, self.area, self.performed_at.isoformat(), corrected)
        )

    def hours_at(self, instant: datetime) -> float:
        """Elapsed hours from the procedure to `instant`."""
        return (instant - self.performed_at).total_seconds() / 3600
