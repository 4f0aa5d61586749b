"""Calls from a patient's page or from the list of silent patients: record a call, correct a recorded call."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from aftercare.alerts.actions.contact_attempts import correct_contact_attempt
from aftercare.alerts.errors import AlreadyCorrectedError
from aftercare.alerts.models import ContactAttempt
from aftercare.people.models import StaffMember
from clinic.access import only, patient_of_clinic, require, staff_page
from clinic.alert.call_forms import (
    CorrectCallForm,
    result_and_kind,
)
from clinic.alert.call_panel import attempt_clause, panel_of
from clinic.alert.contact_views import done_words, perform_call
from clinic.patients.views import patient_page
from clinic.permissions import may_work_alerts
from clinic.queue.views import ActionResult, answer, is_in_list

UNPROCESSABLE, CONFLICT = HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT


@require_POST
@staff_page
@only(may_work_alerts)
def record_call(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Save the call panel of a patient's page, or a button in the list of silent patients."""
    found = patient_of_clinic(member, patient_id)
    panel = panel_of(found, member, posted=request.POST.copy())

    def draw(**context: Any) -> HttpResponse:
        return patient_page(request, member, found, **{"panel": panel, **context})

    taken = perform_call(request, member, panel, draw)
    if isinstance(taken, HttpResponse):
        return taken
    said = done_words(panel, taken)
    if is_in_list(request):
        return answer(request, member, ActionResult(said=said))
    messages.success(request, said)
    return redirect("clinic:patient", patient_id=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def correct_attempt(
    request: HttpRequest, member: StaffMember, patient_id: UUID, attempt_id: UUID
) -> HttpResponse:
    """Correct the result of a recorded call."""
    found = patient_of_clinic(member, patient_id)
    require(may_work_alerts(member), member)
    attempt = get_object_or_404(found.contact_attempts.select_related("by", "alert"), pk=attempt_id)
    attempt.patient = found
    form = CorrectCallForm(request.POST if request.method == "POST" else None, attempt=attempt)
    status, problem = HTTPStatus.OK, ""
    if form.is_bound:
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                return corrected(request, member, attempt, form)
            except AlreadyCorrectedError:
                status, problem = CONFLICT, first_correction_words(attempt)
    context = {"patient": found, "attempt": attempt, "form": form, "problem": problem}
    return render(
        request, "clinic/patients/correct_call.html", {**context, "now": timezone.now()}, status=status
    )


def corrected(
    request: HttpRequest, member: StaffMember, attempt: ContactAttempt, form: CorrectCallForm
) -> HttpResponse:
    """Store the correction, and redirect to the page that shows the call."""
    result, kind = result_and_kind(form.cleaned_data["result"])
    right = correct_contact_attempt(
        attempt=attempt,
        by=member.user,
        now=timezone.now(),
        result=result,
        kind=kind,
        note=form.cleaned_data["note"],
    )
    messages.success(
        request,
        _("Corrected. %(user)s: %(result)s.")
        % {"user": attempt.patient.user, "result": attempt_clause(right)},
    )
    if attempt.alert_id:
        return redirect("clinic:alert", alert_id=attempt.alert_id)
    return redirect("clinic:patient", patient_id=attempt.patient_id)


def first_correction_words(attempt: ContactAttempt) -> str:
    """Return the message that a colleague corrected the call first."""
    newer = ContactAttempt.objects.select_related("by").get(corrects=attempt)
    return _("%(by)s was first and corrected this call. Nothing was changed.") % {"by": newer.by}
