"""Correcting a procedure: time, kind, area, who treated and the lots used."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from aftercare.checkins.corrections.actions import ChangedMeanwhileError, described_before
from aftercare.checkins.corrections.reassessment import Reassessed
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from clinic.access import patient_of_clinic, require, staff_page
from clinic.corrections.actions import correct_confirmed
from clinic.corrections.descriptions import procedure_words, who_did
from clinic.corrections.forms import CorrectionForm
from clinic.permissions import may_record_procedures
from clinic.treatment_questions import are_answered, confirmation_token

UNPROCESSABLE, CONFLICT = HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def correct(request: HttpRequest, member: StaffMember, patient_id: UUID, procedure_id: UUID) -> HttpResponse:
    """Correct a procedure. The check-ins that it judged are re-evaluated."""
    found, now = patient_of_clinic(member, patient_id), timezone.now()
    require(may_record_procedures(member), member)
    procedure = found.procedures.filter(pk=procedure_id).first()
    if procedure is None:
        return procedure_gone(request, found, procedure_id, now)
    if request.method != "POST":
        form = CorrectionForm(procedure=procedure, patient=found, now=now)
        return correction_page(request, found, procedure, form)
    return save(request, member, procedure, now)


def save(request: HttpRequest, member: StaffMember, procedure: Procedure, now: datetime) -> HttpResponse:
    """Save the correction. Check-ins that come to lie before the treatment must be confirmed first."""
    found = procedure.patient
    form = CorrectionForm(request.POST, procedure=procedure, patient=found, now=now)
    before = check_ins_to_confirm(request, procedure, form) if form.is_valid() else 0
    if before or not form.is_valid() or not are_answered(form.questions(), request.POST):
        return correction_page(request, found, procedure, form, before=before, status=UNPROCESSABLE)
    try:
        result = correct_confirmed(
            procedure=procedure,
            version=form.cleaned_data["version"],
            treatment=form.corrected,
            guardian_name=form.cleaned_data["guardian_name"],
            reason=form.cleaned_data["reason"],
            by=member.user,
            now=now,
        )
    except ChangedMeanwhileError:
        return changed_meanwhile(request, found, procedure.pk, now)
    except ValidationError as error:
        form.add_error(None, error)
        return correction_page(request, found, procedure, form, status=UNPROCESSABLE)
    messages.success(request, saved_words(form, result))
    return redirect("clinic:patient", patient_id=found.pk)


def saved_words(form: CorrectionForm, result: Reassessed) -> str:
    """Return the message about a saved correction."""
    if form.corrected.is_same_course(form.stored):
        return _("Who treated and the lots are saved.")
    return _("The procedure is corrected. %(result)s") % {"result": result_words(result)}


def check_ins_to_confirm(request: HttpRequest, procedure: Procedure, form: CorrectionForm) -> int:
    """Return how many check-ins would come to lie before the treatment; 0 once confirmed."""
    performed_at = form.corrected.performed_at
    if request.POST.get("confirm") == "yes" or performed_at <= procedure.performed_at:
        return 0
    return described_before(procedure, performed_at)


def correction_page(
    request: HttpRequest,
    found: Patient,
    procedure: Procedure,
    form: CorrectionForm,
    *,
    before: int = 0,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    questions = form.questions() if form.is_bound and hasattr(form, "cleaned_data") else []
    context = {
        "questions": questions,
        "certain": confirmation_token(questions),
        "is_certain": are_answered(questions, request.POST),
        "patient": found,
        "procedure": procedure,
        "words": procedure_words(procedure),
        "form": form,
        "judged": found.check_ins.not_superseded().filter(procedure=procedure).count(),
        "before": before,
        "confirmed": request.POST.get("confirm") == "yes",
        "problem": problem,
        "now": timezone.now(),
    }
    return render(request, "clinic/corrections/correct.html", context, status=status)


def changed_meanwhile(
    request: HttpRequest, found: Patient, procedure_id: UUID, now: datetime
) -> HttpResponse:
    """Render the posted form on the current procedure with status 409, naming who changed it before."""
    procedure = found.procedures.filter(pk=procedure_id).first()
    if procedure is None:
        return procedure_gone(request, found, procedure_id, now)
    typed = request.POST.copy()
    typed["version"] = procedure.version
    form = CorrectionForm(typed, procedure=procedure, patient=found, now=now)
    problem = f"{last_change_words(found, procedure_id, now)} {_('Nothing was changed.')}"
    return correction_page(request, found, procedure, form, problem=problem, status=CONFLICT)


def procedure_gone(request: HttpRequest, found: Patient, procedure_id: UUID, now: datetime) -> HttpResponse:
    """Redirect with a message if the procedure was moved away; 404 if it never was the patient's."""
    words = last_change_words(found, procedure_id, now)
    if not words:
        raise Http404("no such procedure")
    messages.error(request, f"{words} {_('Nothing was changed.')}")
    return redirect("clinic:patient", patient_id=found.pk)


def last_change_words(found: Patient, procedure_id: UUID, now: datetime) -> str:
    """Return who changed the procedure last, and how; an empty string if nobody did."""
    verbs = (Event.Verb.CORRECTED_PROCEDURE, Event.Verb.MOVED_PROCEDURE)
    events = Event.objects.filter(patient=found, subject=procedure_id, verb__in=verbs)
    event = events.select_related("actor").first()
    return who_did(event, now) if event else ""


def result_words(result: Reassessed) -> str:
    """Return a sentence about the re-evaluation."""
    if not result.count:
        return _("No check-in was judged by it.")
    new = len(result.alerts)
    if new:
        found = ngettext("%(count)s alert has new evidence", "%(count)s alerts have new evidence", new)
        found = found % {"count": new}
    else:
        found = _("nothing new")
    judged = ngettext(
        "%(count)s check-in was judged again: %(found)s.",
        "%(count)s check-ins were judged again: %(found)s.",
        result.count,
    )
    return judged % {"count": result.count, "found": found}
