"""Changing a patient's intake answers."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from aftercare.checkins.corrections.actions import ChangedMeanwhileError, change_intake
from aftercare.people.models import Event, Patient, StaffMember
from clinic.access import patient_of_clinic, require, staff_page
from clinic.corrections.descriptions import who_did
from clinic.corrections.forms import IntakeForm
from clinic.corrections.views import result_words
from clinic.permissions import may_change_intake

UNPROCESSABLE, CONFLICT = HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def intake(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Change the intake answers. If the risk changes, recent check-ins are re-evaluated."""
    found, now = patient_of_clinic(member, patient_id), timezone.now()
    require(may_change_intake(member), member)
    if request.method != "POST":
        return intake_page(request, found, IntakeForm(patient=found))
    form = IntakeForm(request.POST, patient=found)
    if not form.is_valid():
        return intake_page(request, found, form, status=UNPROCESSABLE)
    cleaned, (answers, asked) = form.cleaned_data, form.intake.stored
    try:
        result = change_intake(
            patient=found,
            shown=cleaned["shown"][0],
            shown_asked=cleaned["shown"][1],
            intake=answers,
            asked=asked,
            reason=cleaned["reason"],
            by=member.user,
            now=now,
        )
    except ChangedMeanwhileError:
        return intake_meanwhile(request, patient_of_clinic(member, patient_id), now)
    except ValidationError as error:
        form.add_error(None, " ".join(error.messages))
        return intake_page(request, found, form, status=UNPROCESSABLE)
    judged = result_words(result) if result.count else _("The new risk changes no recent check-in.")
    messages.success(request, _("The intake is changed. %(judged)s") % {"judged": judged})
    return redirect("clinic:patient", patient_id=found.pk)


def intake_page(
    request: HttpRequest,
    found: Patient,
    form: IntakeForm,
    *,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {"patient": found, "form": form, "problem": problem, "now": timezone.now()}
    return render(request, "clinic/corrections/intake.html", context, status=status)


def intake_meanwhile(request: HttpRequest, found: Patient, now: datetime) -> HttpResponse:
    """Render the posted form on the current answers with status 409, naming who changed them before."""
    event = found.events.filter(verb=Event.Verb.CHANGED_INTAKE).select_related("actor").first()
    first = f"{who_did(event, now)} " if event else ""
    typed = request.POST.copy()
    typed["shown"] = IntakeForm(patient=found).initial["shown"]
    form = IntakeForm(typed, patient=found)
    problem = f"{first}{_('Nothing was changed.')}"
    return intake_page(request, found, form, problem=problem, status=CONFLICT)
