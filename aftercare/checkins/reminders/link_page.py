"""The check-in form behind the link of a reminder: the patient's own form, without anything else of the record."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.text import capfirst

from aftercare.checkins.form.page import FormPage
from aftercare.checkins.models import CheckIn, Reminder
from aftercare.checkins.pages.result import result_context, situation_of
from aftercare.checkins.submission.history import newest_version
from aftercare.checkins.wording import SEVERAL_CHOICE, Choices
from aftercare.people.clinics.clinic_phones import contact_at
from aftercare.people.models import Patient

AS_LINK = "link"  # query parameter: somebody else is signed in, and goes on with the link all the same
# Fields that name another check-in or record than the link's.
NOT_TAKEN = ("supersedes", "record")


class LinkPage(FormPage):
    """The form of one reminder. The reminder's id is the token of the check-in, so that the link stores one."""

    template = "checkins/reminders/check_in.html"

    def __init__(self, reminder: Reminder, token: str, now: datetime) -> None:
        super().__init__(reminder.patient, now)
        self.reminder, self.token = reminder, token

    @property
    def path(self) -> str:
        return reverse("reminder_check_in", args=[self.token])

    @cached_property
    def sent(self) -> CheckIn | None:
        """The check-in that the link has stored, as it stands now."""
        own = self.patient.check_ins.select_related("procedure", "superseded_by")
        stored = own.filter(token=self.reminder.pk).order_by("-revision").first()
        return newest_version(stored, own.corrections()) if stored else None

    def areas(self) -> Choices:
        """The areas without their dates, so that the form says no more than it must."""
        if not super().areas():
            return []
        named = [(str(one.pk), capfirst(one.area_words)) for one in self.recovering]
        return [*named, SEVERAL_CHOICE]

    def posted(self, posted: QueryDict) -> QueryDict:
        """Return the posted form for the one check-in of the link."""
        own = posted.copy()
        own["token"] = str(self.reminder.pk)
        for name in NOT_TAKEN:
            own.pop(name, None)
        return own

    def page(self, request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
        shown = {**link_context(self.patient, self.now), "own_path": self.path, "token": self.token}
        return super().page(request, {**context, **shown, "since": ""}, status)

    def result(self, check_in: CheckIn) -> dict[str, Any]:
        """Return the content of the result, without the way to other check-ins."""
        context = result_context(check_in, self.patient, self.now)
        own = {"area": "", "newer": None, "can_change": False}
        return {**context, **own, **self.shared}

    def situation(self, check_in: CheckIn) -> dict[str, Any]:
        return {**situation_of(check_in, self.patient, self.now), **self.shared}

    @property
    def shared(self) -> dict[str, Any]:
        return {
            **link_context(self.patient, self.now),
            "token": self.token,
            "own_path": self.path,
            "can_correct": self.reminder.opens_check_in(self.now),
        }


def link_context(patient: Patient, now: datetime) -> dict[str, Any]:
    """Return what the frame of a page shows: the patient's clinic, whoever is signed in, and the first name."""
    return {
        "clinic": patient.clinic,
        "contact": contact_at(patient.clinic, now),
        "first_name": patient.user.first_name,
        "patient_records": [],
        "now": now,
    }
