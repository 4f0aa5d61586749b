"""The page with the form: what it asks of this patient now, blank, as typed, or to correct a check-in."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from aftercare.checkins.actions import Receipt, submit_check_in
from aftercare.checkins.forms import CheckInForm
from aftercare.checkins.history import History
from aftercare.checkins.layout import blank_parts, parts_of
from aftercare.checkins.models import CheckIn
from aftercare.checkins.submission import RejectedError
from aftercare.checkins.times import as_typed
from aftercare.checkins.wording import NONE_OF_THESE, Choices
from aftercare.people.models import Patient, Procedure, User
from aftercare.triage import LIMITS, Answers
from aftercare.ui.times import span_words

AREAS_WITHIN = timedelta(days=14)


class FormPage:
    """What the form asks of one patient at one instant. Two queries at most, however long the history."""

    template = "checkins/check_in.html"

    def __init__(self, patient: Patient, now: datetime) -> None:
        self.patient, self.now = patient, now

    @cached_property
    def procedures(self) -> list[Procedure]:
        """Those that are done, oldest first."""
        return list(self.patient.procedures.filter(performed_at__lte=self.now).in_order())

    @property
    def latest(self) -> Procedure | None:
        return self.procedures[-1] if self.procedures else None

    def asks_came_back(self) -> bool:
        """From `settle_h` on, or after any earlier check-in: before that nothing can have come back."""
        if self.latest and self.latest.hours_at(self.now) >= LIMITS.settle_h:
            return True
        return self.patient.check_ins.exists()

    def areas(self) -> Choices:
        """The latest procedure of each area, newest first, where areas were treated within two weeks of each other."""
        if self.latest is None:
            return []
        recent = [p for p in self.procedures if p.performed_at >= self.latest.performed_at - AREAS_WITHIN]
        by_area = {procedure.area.strip().casefold(): procedure for procedure in recent}
        if len(by_area) == 1:
            return []
        return [
            (str(procedure.pk), area_words(procedure, self.patient))
            for procedure in reversed(by_area.values())
        ]

    def form(self, posted: QueryDict | None = None, initial: dict[str, Any] | None = None) -> CheckInForm:
        return CheckInForm(
            posted,
            zone=self.patient.zone,
            now=self.now,
            initial=initial,
            areas=self.areas(),
            asks_came_back=self.asks_came_back(),
        )

    def correcting(self, check_in: CheckIn) -> CheckInForm:
        """The form with the answers of a check-in in it, to be changed."""
        initial = {
            **as_initial(check_in.given),
            "note": check_in.note,
            "observed_at": as_typed(check_in.observed_at, self.patient.zone),
            "procedure": check_in.procedure_id,
        }
        return self.form(initial=initial)

    def hidden_for(self, check_in: CheckIn) -> dict[str, UUID]:
        """What a correction carries along: its procedure, where the time alone would name another."""
        hidden = {"token": uuid4(), "supersedes": check_in.pk}
        by_time = [p.pk for p in self.procedures if p.performed_at <= check_in.observed_at][-1:]
        if check_in.procedure_id and not self.areas() and by_time != [check_in.procedure_id]:
            hidden["procedure"] = check_in.procedure_id
        return hidden

    def submit(self, posted: QueryDict, *, by: User) -> Receipt:
        """Take what was posted, by the patient or for them; RejectedError with all that is wrong with it."""
        form = CheckInForm(posted, zone=self.patient.zone, now=self.now)
        if not form.is_valid():
            raise RejectedError(form.problems_beside(History.of(self.patient, None)))
        return submit_check_in(patient=self.patient, by=by, submission=form.submission(), now=self.now)

    def rejected(self, request: HttpRequest, error: RejectedError) -> HttpResponse:
        """The form as typed, with what to mend."""
        typed = self.form(request.POST)
        typed.reject(error)
        return self.filled(request, typed, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def blank(self, request: HttpRequest) -> HttpResponse:
        parts = blank_parts(
            emergency_number=self.patient.clinic.emergency_number,
            asks_came_back=self.asks_came_back(),
            areas=self.areas(),
        )
        return self.page(request, {"parts": parts, "hidden": {"token": uuid4()}})

    def filled(
        self, request: HttpRequest, form: CheckInForm, status: int = 200, **context: Any
    ) -> HttpResponse:
        """The form as typed, with what is wrong with it."""
        hidden = form.for_retry() if form.is_bound else {"token": uuid4()}
        drawn = {
            "form": form,
            "hidden": hidden,
            "parts": parts_of(form, self.patient.clinic.emergency_number),
            "has_emergency": form.has_emergency,
        }
        return self.page(request, {**drawn, **context}, status)

    def page(self, request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
        hours = self.latest.hours_at(self.now) if self.latest else None
        standing = {"now": self.now, "since": span_words(hours) if hours is not None else ""}
        return render(request, self.template, {**standing, **context}, status=status)


def area_words(procedure: Procedure, patient: Patient) -> str:
    """ "Face, Tuesday 17 November" """
    day = procedure.performed_at.astimezone(patient.clinic.zone)
    return f"{procedure.area[:1].upper()}{procedure.area[1:]}, {day:%A} {day.day} {day:%B}"


def as_initial(answers: Answers) -> dict[str, Any]:
    """Answers as the form's fields take them."""
    initial = answers.to_json()
    for key, value in initial.items():
        if isinstance(value, bool):
            initial[key] = "yes" if value else "no"
        elif value == []:
            initial[key] = [NONE_OF_THESE]
    return initial
