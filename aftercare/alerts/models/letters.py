"""Letters: fixed texts sent to patients."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftercare.alerts.models.alerts import Alert
from aftercare.people.models import Patient, User
from aftercare.people.models.append_only import AppendOnly


class Letter(AppendOnly):
    """A letter that a staff member sent to a patient; the outbox knows whether it left."""

    class Template(models.TextChoices):
        PLEASE_CALL = "please_call", _("Please call us")
        COULD_NOT_REACH = "could_not_reach", _("We could not reach you")
        CHECK_IN = "check_in", _("Please check in again")
        VISIT = "visit", _("Please call to book a visit")
        PHOTO = "photo", _("Please send a picture")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="letters")
    # The alert from whose page it was sent, if any.
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, related_name="letters")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=20, choices=Template)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "Letters"
        constraints = [
            models.CheckConstraint(
                condition=Q(template__in=["please_call", "could_not_reach", "check_in", "visit", "photo"]),
                name="letter_has_a_known_template",
            )
        ]
        indexes = [models.Index(fields=["patient", "-at"], name="letter_newest")]

    def __str__(self) -> str:
        return f"letter {self.pk} ({self.template})"
