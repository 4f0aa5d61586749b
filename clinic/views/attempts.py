"""Keeping that somebody tried to reach a patient."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from aftercare.alerts.actions import record_contact_attempt
from aftercare.people.models import StaffMember
from clinic.access import alert_of, only, staff_page
from clinic.contact_forms import AttemptForm
from clinic.permissions import may_work_alerts
from clinic.views.alerts import alert_page


@require_POST
@staff_page
@only(may_work_alerts)
def record_attempt(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Keep an attempt, made on the page of an alert."""
    found, form = alert_of(member, alert_id), AttemptForm(request.POST)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return alert_page(request, member, found, attempt_form=form, status=status)
    told = form.cleaned_data
    record_contact_attempt(
        patient=found.patient,
        alert=found,
        by=member.user,
        now=timezone.now(),
        result=told["result"],
        note=told["note"],
    )
    messages.success(request, "The attempt is recorded.")
    return redirect("clinic:alert", alert_id=found.pk)
