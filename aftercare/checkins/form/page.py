"""The page with the form: what it asks of this patient now, blank, as typed, or to correct a check-in."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render

from aftercare.checkins.form.form import CheckInForm
from aftercare.checkins.form.rendering import blank_parts, parts_of
from aftercare.checkins.form.time_input import as_typed
from aftercare.checkins.models import CheckIn
from aftercare.checkins.submission.actions import Receipt, submit_check_in
from aftercare.checkins.submission.history import History, side_by_side
from aftercare.checkins.submission.submission import RejectedError
from aftercare.checkins.wording import NONE_OF_THESE, SEVERAL, SEVERAL_CHOICE, Choices
from aftercare.people.models import Patient, Procedure, User
from aftercare.triage import LIMITS, Answers
from aftercare.ui.times import at_clock, span_words

MORE_THAN_ONE = 2
AUTOSAVE = "autosave"  # in a form that a script has sent because an emergency is ticked


class FormPage:
    """What the form asks of one patient at one instant. Two queries at most, however long the history."""

    template = "checkins/form/check_in.html"

    def __init__(self, patient: Patient, now: datetime) -> None:
        self.patient, self.now = patient, now

    @cached_property
    def procedures(self) -> list[Procedure]:
        """Those that are done, oldest first."""
        return list(self.patient.procedures.filter(performed_at__lte=self.now).in_order())

    @property
    def latest(self) -> Procedure | None:
        return self.procedures[-1] if self.procedures else None

    @cached_property
    def recovering(self) -> list[Procedure]:
        """Those that a check-in about now can be about, the latest first: one for each area."""
        return side_by_side(self.procedures, self.now)

    def asks_came_back(self, corrected: CheckIn | None = None) -> bool:
        """From `settle_h` on, or after an earlier check-in: before that nothing can have come back.

        The one that is being corrected is no earlier one.
        """
        if any(one.hours_at(self.now) >= LIMITS.settle_h for one in self.recovering):
            return True
        own = self.patient.check_ins.not_superseded().filter(in_series=True)
        own = own.about(self.recovering) if self.recovering else own.filter(procedure=None)
        return (own.exclude(pk=corrected.pk) if corrected else own).exists()

    def areas(self) -> Choices:
        """The latest procedure of each area, newest first, where more than one recovers side by side."""
        if len(self.recovering) < MORE_THAN_ONE:
            return []
        named = [(str(procedure.pk), area_words(procedure, self.patient)) for procedure in self.recovering]
        return [*named, SEVERAL_CHOICE]

    def form(
        self,
        posted: QueryDict | None = None,
        initial: dict[str, Any] | None = None,
        corrected: CheckIn | None = None,
    ) -> CheckInForm:
        return CheckInForm(
            posted,
            zone=self.patient.zone,
            now=self.now,
            initial=initial,
            areas=self.areas(),
            asks_came_back=self.asks_came_back(corrected),
        )

    def correcting(self, check_in: CheckIn) -> CheckInForm:
        """The form with the answers of a check-in in it, to be changed."""
        initial = {
            **as_initial(check_in.given),
            "note": check_in.note,
            "observed_at": as_typed(check_in.observed_at, self.patient.zone),
            "procedure": SEVERAL if check_in.several_of else check_in.procedure_id,
        }
        return self.form(initial=initial, corrected=check_in)

    def hidden_for(self, check_in: CheckIn) -> dict[str, UUID | str]:
        """What a correction carries along: its procedure, where the time alone would name another."""
        hidden: dict[str, UUID | str] = {"token": uuid4(), "supersedes": check_in.pk}
        return {**hidden, **self.hidden_procedure(check_in)}

    def hidden_procedure(self, check_in: CheckIn) -> dict[str, UUID | str]:
        if self.areas():
            return {}
        if check_in.several_of:
            return {"procedure": SEVERAL}
        by_time = [p.pk for p in self.procedures if p.performed_at <= check_in.observed_at][-1:]
        if check_in.procedure_id and by_time != [check_in.procedure_id]:
            return {"procedure": check_in.procedure_id}
        return {}

    def submit(self, posted: QueryDict, *, by: User) -> Receipt:
        """Take what was posted, by the patient or for them; RejectedError with all that is wrong with it."""
        form = CheckInForm(posted, zone=self.patient.zone, now=self.now)
        if not form.is_valid():
            raise RejectedError(form.problems_beside(History.of(self.patient, None)))
        return submit_check_in(patient=self.patient, by=by, submission=form.submission(), now=self.now)

    def autosaved(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to a form that a script has sent by itself: when it was saved. None for one that a person sent."""
        if AUTOSAVE not in request.POST:
            return None
        return JsonResponse({"saved": at_clock(self.now, self.now)})

    def rejected(self, request: HttpRequest, error: RejectedError) -> HttpResponse:
        """The form as typed, with what to mend."""
        typed = self.form(request.POST)
        typed.reject(error)
        return self.filled(request, typed, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def blank(self, request: HttpRequest, token: UUID | None = None) -> HttpResponse:
        """The form without any answer, under the token that its address names."""
        parts = blank_parts(
            emergency_number=self.patient.clinic.emergency_number,
            asks_came_back=self.asks_came_back(),
            areas=self.areas(),
            zone=self.patient.zone,
        )
        return self.page(request, {"parts": parts, "hidden": {"token": token or uuid4()}})

    def under(self, request: HttpRequest, token: UUID | None) -> HttpResponse:
        """The form with this token: blank, or where it was sent and is opened again, its answers to be changed.

        One that is too old to be changed is not shown again, and its token does not serve another.
        """
        sent = self.patient.check_ins.filter(token=token).order_by("-revision").first() if token else None
        if sent is None:
            return self.blank(request, token)
        newest = newest_revision(sent)
        if newest.observed_at < self.now - timedelta(hours=LIMITS.backdate_limit_h):
            return self.blank(request)
        hidden = {"token": sent.token, **self.hidden_procedure(newest)}
        return self.filled(request, self.correcting(newest), sent=sent, hidden=hidden)

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
        shared = {"now": self.now, "since": span_words(hours) if hours is not None else ""}
        return render(request, self.template, {**shared, **context}, status=status)


def under_its_token(request: HttpRequest) -> HttpResponse | None:
    """Give the form that a browser opens an address of its own, so that Back finds it again, sent or not."""
    is_opened = request.headers.get("Sec-Fetch-Mode") == "navigate"
    if not is_opened or "form" in request.GET or "correct" in request.GET:
        return None
    query = request.GET.copy()
    query["form"] = str(uuid4())
    return redirect(f"{request.path}?{query.urlencode()}")


def uuid_in(text: str) -> UUID | None:
    """The id in an address; None where there is none that can be read."""
    try:
        return UUID(text)
    except ValueError:
        return None


def newest_revision(check_in: CheckIn) -> CheckIn:
    """The last correction in the line that a check-in belongs to, or itself."""
    while later := CheckIn.objects.filter(supersedes=check_in).first():
        check_in = later
    return check_in


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
