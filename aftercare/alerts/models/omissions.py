"""What the auditor found: alerts and check-ins of which nobody would have been told any more."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from aftercare.alerts.models.alerts import Alert
from aftercare.people.models import Clinic


class Omission(models.Model):
    """An alert or a check-in that the auditor found without a next act."""

    class Kind(models.TextChoices):
        NO_NEXT_ACT = "no_next_act", _("an open alert had no deadline, and no message was on its way")
        OVERDUE = "overdue", _("the deadline of an open alert had passed, and nobody was told")
        UNTOLD = "untold", _("nobody was ever told of an open alert")
        NO_ALERT = "no_alert", _("a check-in has no alert, though it should have one")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="omissions")
    kind = models.CharField(max_length=20, choices=Kind)
    # Id of the check-in or alert.
    event = models.UUIDField()
    # Null too where the alert was erased with its patient.
    alert = models.ForeignKey(Alert, on_delete=models.SET_NULL, null=True, related_name="omissions")
    found_at = models.DateTimeField(db_index=True)
    # When somebody was told of it; null where that failed, or where there is no alert to tell of.
    repaired_at = models.DateTimeField(null=True)

    objects: ClassVar = models.Manager["Omission"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "event", "found_at"], name="one_omission_per_kind_event_and_instant"
            )
        ]

    def __str__(self) -> str:
        return f"omission {self.pk} ({self.kind})"
