"""Withdrawing a patient from the portal, and taking a patient back."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from aftercare.people.actions.withdrawal import (
    AlreadyWithdrawnError,
    NotWithdrawnError,
    take_back_patient,
    withdraw_patient,
)
from aftercare.people.models import Patient, StaffMember
from aftercare.ui.times import staff_clock
from clinic.access import patient_of_clinic, require, staff_page
from clinic.patients.forms import WithdrawForm
from clinic.permissions import may_withdraw_patients


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def withdraw(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Withdraw a patient from the portal."""
    found, now = patient_of_clinic(member, patient_id), timezone.now()
    require(may_withdraw_patients(member), member)
    form = WithdrawForm(request.POST) if request.method == "POST" else WithdrawForm()
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_patient(patient=found, reason=form.cleaned_data["reason"], by=member.user, now=now)
        except AlreadyWithdrawnError:
            messages.error(request, withdrawn_words(patient_of_clinic(member, patient_id), now))
        else:
            messages.success(
                request, _("%(user)s is withdrawn. No message goes to them any more.") % {"user": found.user}
            )
        return redirect("clinic:patient", patient_id=found.pk)
    if found.is_withdrawn:
        messages.error(request, withdrawn_words(found, now))
        return redirect("clinic:patient", patient_id=found.pk)
    context = {"patient": found, "form": form, "open_alerts": found.alerts.open().count(), "now": now}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "clinic/patients/withdraw.html", context, status=status)


def withdrawn_words(found: Patient, now: datetime) -> str:
    """Return the message that a colleague withdrew the patient first."""
    assert found.withdrawn_at is not None
    return _("%(withdrawn_by)s has withdrawn this patient at %(time)s already.") % {
        "withdrawn_by": found.withdrawn_by,
        "time": staff_clock(found.withdrawn_at, now),
    }


@require_POST
@staff_page
def take_back(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Take a withdrawn patient back."""
    found = patient_of_clinic(member, patient_id)
    require(may_withdraw_patients(member), member)
    try:
        take_back_patient(patient=found, by=member.user, now=timezone.now())
    except NotWithdrawnError:
        messages.error(request, _("This patient takes part already. Nothing was changed."))
    else:
        messages.success(request, _("%(user)s takes part again and can sign in.") % {"user": found.user})
    return redirect("clinic:patient", patient_id=found.pk)
