"""The check-in form of a companion: that of the patient, without earlier answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from aftercare.checkins.form.page import FormPage, uuid_in
from aftercare.people.models import Companion

# Fields that name another check-in or record.
NOT_TAKEN = ("supersedes", "record")


class CompanionFormPage(FormPage):
    """The form for the patient of a companion, who sees and corrects the own check-ins alone."""

    template = "checkins/companions/check_in.html"

    def __init__(self, companion: Companion, now: datetime) -> None:
        super().__init__(companion.patient, now)
        self.companion = companion

    @property
    def path(self) -> str:
        return reverse("companion_check_in", args=[self.companion.pk])

    def is_anothers(self, token: UUID | None) -> bool:
        """Return True if somebody else has sent a check-in under the token."""
        sent = self.patient.check_ins.filter(token=token) if token else self.patient.check_ins.none()
        return sent.exclude(companion=self.companion).exists() if token else False

    def posted(self, posted: QueryDict) -> QueryDict:
        """Return the posted form as one that names no check-in of somebody else."""
        own = posted.copy()
        for name in NOT_TAKEN:
            own.pop(name, None)
        if self.is_anothers(uuid_in(own.get("token", ""))):
            own["token"] = str(uuid4())
        return own

    def under(self, request: HttpRequest, token: UUID | None) -> HttpResponse:
        """Return the page for a token; that of somebody else's check-in is a blank form."""
        return super().under(request, None if self.is_anothers(token) else token)

    def page(self, request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return super().page(request, {**context, "own_path": self.path, "patient_records": []}, status)
