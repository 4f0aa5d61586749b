"""Moving a procedure that was recorded for the wrong patient."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from aftercare.checkins.corrections.actions import ChangedMeanwhileError
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from clinic.access import patient_of_clinic, require, shows, staff_page
from clinic.corrections.actions import move_confirmed
from clinic.corrections.descriptions import procedure_words
from clinic.corrections.forms import FindForm, MoveForm
from clinic.corrections.views import CONFLICT, UNPROCESSABLE, last_change_words, procedure_gone, result_words
from clinic.patient_search import find_patients, remember, remembered
from clinic.permissions import may_record_procedures
from clinic.procedures import is_treated_over_open_alert
from clinic.treatment_questions import are_answered, confirmation_token


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def move(request: HttpRequest, member: StaffMember, patient_id: UUID, procedure_id: UUID) -> HttpResponse:
    """Move a procedure to the patient who had it: search, compare both names, move."""
    found, now = patient_of_clinic(member, patient_id), timezone.now()
    require(may_record_procedures(member), member)
    procedure = found.procedures.filter(pk=procedure_id).first()
    if procedure is None:
        return procedure_gone(request, found, procedure_id, now)
    if request.method != "POST":
        return show_search(request, member, found, procedure)
    if "to" not in request.POST:
        return search(request, found, procedure)
    right = chosen_patient(member, request.POST["to"])
    if request.POST.get("act") == "move":
        return save(request, member, procedure, right, now)
    initial = {"to": right.pk, "version": procedure.version}
    form = MoveForm(initial=initial, procedure=procedure, patient=right)
    return confirm_page(request, procedure, right, form)


def chosen_patient(member: StaffMember, raw: str) -> Patient:
    """Return the patient of the same clinic with this id; 404 for any other, and for an invalid id."""
    try:
        wanted = UUID(raw)
    except ValueError as error:
        raise Http404("no such patient") from error
    return patient_of_clinic(member, wanted)


def save(
    request: HttpRequest, member: StaffMember, procedure: Procedure, right: Patient, now: datetime
) -> HttpResponse:
    """Move the procedure, or show the form again with its errors."""
    form = MoveForm(request.POST, procedure=procedure, patient=right)
    if not form.is_valid() or not are_answered(form.questions, request.POST):
        return confirm_page(request, procedure, right, form, status=UNPROCESSABLE)
    try:
        result = move_confirmed(
            procedure=procedure,
            version=form.cleaned_data["version"],
            to=right,
            guardian_name=form.cleaned_data.get("guardian_name", ""),
            reason=form.cleaned_data["reason"],
            by=member.user,
            now=now,
        )
    except ChangedMeanwhileError:
        return moved_meanwhile(request, procedure, right, now)
    except ValidationError as error:
        form.add_error(None, " ".join(error.messages))
        return confirm_page(request, procedure, right, form, status=UNPROCESSABLE)
    messages.success(
        request,
        _("The procedure is now one of %(user)s. %(result)s")
        % {"user": right.user, "result": result_words(result)},
    )
    return redirect("clinic:patient", patient_id=right.pk)


def search(request: HttpRequest, found: Patient, procedure: Procedure) -> HttpResponse:
    """Store the search words in the session and redirect to the result, so that going back works."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return find_page(request, found, procedure, form, status=UNPROCESSABLE)
    return redirect(f"{request.path}?found={remember(request, form.cleaned_data['words'])}")


def show_search(
    request: HttpRequest, member: StaffMember, found: Patient, procedure: Procedure
) -> HttpResponse:
    """Show the clinic's patients that match the words, without the patient it is recorded for."""
    words = remembered(request, request.GET.get("found"))
    if words is None:
        return find_page(request, found, procedure, FindForm())
    hits = [one for one in find_patients([member.clinic], words) if one.pk != found.pk]
    return find_page(request, found, procedure, FindForm(initial={"words": words}), hits=hits)


def find_page(
    request: HttpRequest,
    found: Patient,
    procedure: Procedure,
    form: FindForm,
    *,
    hits: list[Patient] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    shows(request, Event.Page.MOVE, hits or [])
    words = procedure_words(procedure)
    context = {"patient": found, "procedure": procedure, "words": words, "form": form, "hits": hits}
    return render(request, "clinic/corrections/move.html", context, status=status)


def confirm_page(
    request: HttpRequest,
    procedure: Procedure,
    right: Patient,
    form: MoveForm,
    *,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """Render both names, and the check-ins and alerts of both that would change."""
    found, now = procedure.patient, timezone.now()
    shows(request, Event.Page.MOVE, [right])
    context: dict[str, Any] = {
        "questions": form.questions,
        "certain": confirmation_token(form.questions),
        "is_certain": are_answered(form.questions, request.POST),
        "unanswered": form.is_bound and not form.errors and not problem,
        "patient": found,
        "right": right,
        "procedure": procedure,
        "words": procedure_words(procedure),
        "form": form,
        "judged": found.check_ins.not_superseded().filter(procedure=procedure).count(),
        "open_alerts": found.alerts.open().filter(procedure=procedure).count(),
        "since": right.check_ins.not_superseded().filter(observed_at__gte=procedure.performed_at).count(),
        "warned": is_treated_over_open_alert(patient=right, performed_at=procedure.performed_at, now=now),
        "problem": problem,
        "now": now,
    }
    return render(request, "clinic/corrections/move_confirm.html", context, status=status)


def moved_meanwhile(request: HttpRequest, shown: Procedure, right: Patient, now: datetime) -> HttpResponse:
    """Render the posted form on the current procedure with status 409, naming who changed it before."""
    found = shown.patient
    procedure = found.procedures.filter(pk=shown.pk).first()
    if procedure is None:
        return procedure_gone(request, found, shown.pk, now)
    typed = request.POST.copy()
    typed["version"] = procedure.version
    problem = f"{last_change_words(found, shown.pk, now)} {_('Nothing was changed.')}"
    return confirm_page(
        request,
        procedure,
        right,
        MoveForm(typed, procedure=procedure, patient=right),
        problem=problem,
        status=CONFLICT,
    )
