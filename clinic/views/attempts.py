"""Keeping that somebody tried to reach a patient, and sending a patient one of the fixed texts."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from aftercare.alerts.actions import record_contact_attempt
from aftercare.alerts.letters import SentLatelyError, WithdrawnError, send_letter
from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.people.models import Patient, StaffMember
from clinic.access import alert_of, only, patient_of_clinic, staff_page
from clinic.contact_forms import AttemptForm, LetterForm
from clinic.permissions import may_work_alerts
from clinic.views.alerts import alert_page
from clinic.views.patients import patient_page
from clinic.views.queue import Outcome, filters_posted, is_in_list, live_part


@require_POST
@staff_page
@only(may_work_alerts)
def record_attempt(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Keep an attempt, made on the page of an alert."""
    found, form = alert_of(member, alert_id), AttemptForm(request.POST)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return alert_page(request, member, found, attempt_form=form, status=status)
    keep(form, member, found.patient, found)
    messages.success(request, "The attempt is recorded.")
    return redirect("clinic:alert", alert_id=found.pk)


@require_POST
@staff_page
@only(may_work_alerts)
def record_call(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Keep an attempt that is about no alert: on the patient's page, or with one tap in the list of the silent."""
    found, form = patient_of_clinic(member, patient_id), AttemptForm(request.POST)
    if not form.is_valid():
        return patient_page(request, member, found, attempt_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    attempt = keep(form, member, found)
    said = f"{found.user}: {attempt.get_result_display().lower()}. It is recorded."
    if is_in_list(request):
        return live_part(request, member, filters_posted(request), Outcome(said=said))
    messages.success(request, said)
    return redirect("clinic:patient", patient_id=found.pk)


def keep(
    form: AttemptForm, member: StaffMember, patient: Patient, alert: Alert | None = None
) -> ContactAttempt:
    """Record what a valid form says."""
    told = form.cleaned_data
    return record_contact_attempt(
        patient=patient,
        alert=alert,
        by=member.user,
        now=timezone.now(),
        result=told["result"],
        note=told["note"],
    )


@require_POST
@staff_page
@only(may_work_alerts)
def send(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Send the patient a fixed text, from the page of an alert."""
    found, form = alert_of(member, alert_id), LetterForm(request.POST, clinic=member.clinic)
    if form.is_valid():
        try:
            letter = send_letter(
                patient=found.patient,
                alert=found,
                by=member.user,
                now=timezone.now(),
                template=form.cleaned_data["template"],
            )
        except WithdrawnError:
            form.add_error("template", "This patient is withdrawn. No message goes to them. Call instead.")
        except SentLatelyError:
            form.add_error("template", "This went to the patient a moment ago. Look at the history below.")
        else:
            messages.success(request, f"“{letter.get_template_display()}” is on its way to the patient.")
            return redirect("clinic:alert", alert_id=found.pk)
    return alert_page(request, member, found, letter_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
