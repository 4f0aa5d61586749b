"""The page of the check-in form: blank, as typed, or with a check-in to correct."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.checkins.form import kept
from aftercare.checkins.form.asked import Asked
from aftercare.checkins.form.form import CheckInForm
from aftercare.checkins.form.last_answers import last_lines, with_lines
from aftercare.checkins.form.rendering import blank_parts, parts_of
from aftercare.checkins.form.time_input import as_typed
from aftercare.checkins.models import CheckIn
from aftercare.checkins.models.check_ins import CheckInQuerySet
from aftercare.checkins.models.hot_reads import newest_in_series
from aftercare.checkins.submission.history import newest_version, side_by_side
from aftercare.checkins.submission.submission import RejectedError
from aftercare.checkins.wording import NONE_OF_THESE, SEVERAL, SEVERAL_CHOICE, Choices
from aftercare.people.models import Patient, Procedure
from aftercare.people.models.hot_reads import procedures_of
from aftercare.people.sessions.activity import AUTOSAVE
from aftercare.triage import LIMITS, Answers
from aftercare.ui.times import at_clock, span_words

MORE_THAN_ONE = 2
MUCH_LATER = timedelta(weeks=8)  # by then every tick has been asked that is asked from some hour on
RECORD = "record"  # field with the patient record that a form was drawn for, where its sender has several


class FormPage:
    """The form for a patient at an instant; two queries at most, whatever the length of the history."""

    template = "checkins/form/check_in.html"

    def __init__(
        self, patient: Patient, now: datetime, *, shows_last: bool = False, lasts: bool = False
    ) -> None:
        """`shows_last`: answered scales show the answers of the last check-in; for the signed-in patient alone.

        `lasts`: the phone keeps the form, which asks what can be there now or later.
        """
        self.patient, self.now, self.shows_last, self.lasts = patient, now, shows_last, lasts

    @cached_property
    def procedures(self) -> list[Procedure]:
        """The patient's procedures until now, oldest first."""
        return [one for one in procedures_of(self.patient) if one.performed_at <= self.now]

    @property
    def latest(self) -> Procedure | None:
        return self.procedures[-1] if self.procedures else None

    @cached_property
    def recovering(self) -> list[Procedure]:
        """The procedures that a check-in about now can concern, latest first: one per area."""
        return side_by_side(self.procedures, self.now)

    def asks_came_back(self, corrected: CheckIn | None = None) -> bool:
        """True from `settle_h` hours on, or after an earlier check-in: only then can a symptom come back.

        The check-in to correct does not count as earlier.
        """
        if any(one.hours_at(self.now) >= LIMITS.settle_h for one in self.recovering):
            return True
        return self.earlier.exclude(pk=corrected.pk).exists() if corrected else self.last_entry is not None

    @property
    def earlier(self) -> CheckInQuerySet:
        """The check-ins so far in the series of the procedures that a check-in about now can concern."""
        own = self.patient.check_ins.not_superseded().filter(in_series=True)
        return own.about(self.recovering) if self.recovering else own.filter(procedure=None)

    @cached_property
    def last_entry(self) -> CheckIn | None:
        """The newest of these by the instant described."""
        newest = newest_in_series(self.patient)
        if newest is None or is_about(newest, self.recovering):
            return newest
        return self.earlier.newest_first().only("answers", "observed_at", "patient").first()

    def last_lines(self, form: CheckInForm | None) -> dict[str, SafeString]:
        """Return the answers of the last check-in; none beside those of a correction, or where two areas recover."""
        is_correction = form is not None and not form.is_bound
        if is_correction or not self.shows_last or len(self.recovering) > 1:
            return {}
        return last_lines(self.last_entry, self.now)

    def asked(self, corrected: CheckIn | None = None) -> Asked:
        """Return what the form asks now."""
        asked = Asked.after(self.recovering, self.now, came_back=self.asks_came_back(corrected))
        if not self.lasts:
            return asked
        later = Asked.after(self.recovering, self.now + MUCH_LATER, came_back=True)
        return Asked(left_out=asked.left_out & later.left_out)

    def areas(self) -> Choices:
        """The latest procedure of each area, newest first, if several areas recover side by side; else empty."""
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
            asked=self.asked(corrected),
        )

    def correcting(self, check_in: CheckIn) -> CheckInForm:
        """Return the form filled with the answers of a check-in."""
        initial = {
            **as_initial(check_in.given),
            "note": check_in.note,
            "observed_at": as_typed(check_in.observed_at, self.patient.zone),
            "procedure": SEVERAL if check_in.several_of else check_in.procedure_id,
        }
        return self.form(initial=initial, corrected=check_in)

    def hidden_for(self, check_in: CheckIn) -> dict[str, UUID | str]:
        """Return the hidden fields of a correction: its procedure, if the time alone would select another."""
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

    def autosaved(self, request: HttpRequest) -> HttpResponse | None:
        """Return the JSON response to a submission by script, with the time saved; None for other submissions."""
        if AUTOSAVE not in request.POST:
            return None
        return JsonResponse({"saved": at_clock(self.now, self.now), "token": request.POST.get("token", "")})

    def rejected(self, request: HttpRequest, error: RejectedError) -> HttpResponse:
        """Return the page with the form as typed, and its errors; a script gets the errors alone."""
        typed = self.form(request.POST)
        typed.reject(error)
        if kept.is_kept(request):
            return kept.refused(request, typed)
        return self.filled(request, typed, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def blank(self, request: HttpRequest, token: UUID | None = None) -> HttpResponse:
        """Return the page with a blank form, under the token of the address.

        `leads_to`: the address that a browser without script is led on to; a script puts the token there itself.
        """
        parts = blank_parts(
            emergency_number=self.patient.clinic.emergency_number,
            asked=self.asked(),
            areas=self.areas(),
            zone=self.patient.zone,
        )
        own = token or uuid4()
        leads_to = "" if token or "form" in request.GET else own_address(request, own)
        return self.page(request, {"parts": parts, "hidden": {"token": own}, "leads_to": leads_to})

    def under(self, request: HttpRequest, token: UUID | None) -> HttpResponse:
        """Return the page for a token: a blank form, or the check-in that it stored, to be changed.

        A check-in too old to change is not shown, and its token is not used again.
        """
        sent = self.patient.check_ins.filter(token=token).order_by("-revision").first() if token else None
        if sent is None:
            return self.blank(request, token)
        newest = newest_version(sent, self.patient.check_ins.corrections())
        if newest.observed_at < self.now - timedelta(hours=LIMITS.backdate_limit_h):
            return self.blank(request)
        hidden = {"token": sent.token, **self.hidden_procedure(newest)}
        return self.filled(request, self.correcting(newest), sent=sent, hidden=hidden)

    def filled(
        self, request: HttpRequest, form: CheckInForm, status: int = 200, **context: Any
    ) -> HttpResponse:
        """Return the form as typed, validated."""
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
        since = span_words(hours) if hours is not None else ""
        parts = context["parts"]
        lines = self.last_lines(context.get("form"))
        context = {**context, "parts": replace(parts, questions=with_lines(parts.questions, lines))}
        shared = {"now": self.now, "since": since, "record": self.patient.pk}
        return render(request, self.template, {**shared, **context}, status=status)


def own_address(request: HttpRequest, token: UUID) -> str:
    """Return the address of a blank form with its token, by which Back finds the form again."""
    query = request.GET.copy()
    query["form"] = str(token)
    return f"{request.path}?{query.urlencode()}"


def uuid_in(text: str) -> UUID | None:
    """Return the id in an address, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def is_about(check_in: CheckIn, procedures: list[Procedure]) -> bool:
    """Return True if a check-in is in the series of one of these procedures; without any, if it has none either."""
    if not procedures:
        return check_in.procedure_id is None
    return any(one.pk == check_in.procedure_id or str(one.pk) in check_in.several_of for one in procedures)


def area_words(procedure: Procedure, patient: Patient) -> str:
    """Return "Face, Tuesday 17 November"."""
    day = procedure.performed_at.astimezone(patient.clinic.zone)
    area = capfirst(procedure.area_words)
    return _("%(area)s, %(day)s") % {"area": area, "day": date_format(day, pgettext("date format", "l j F"))}


def as_initial(answers: Answers) -> dict[str, Any]:
    """Convert stored answers to initial data of the form."""
    initial = answers.to_json()
    for key, value in initial.items():
        if isinstance(value, bool):
            initial[key] = "yes" if value else "no"
        elif value == []:
            initial[key] = [NONE_OF_THESE]
    return initial
