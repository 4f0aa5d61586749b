"""Pages on which a patient leaves the portal; the clinic can take the patient back."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from aftercare.checkins.pages.lead import lead_of
from aftercare.checkins.pages.lead_box import box_of
from aftercare.checkins.views import patient_page
from aftercare.people.actions.withdrawal import AlreadyWithdrawnError, withdraw_patient
from aftercare.people.clinics.clinic_phones import contact_at
from aftercare.people.models import Patient
from aftercare.people.reauthentication.guard import ask, is_recent

LONGEST_REASON = 500  # characters


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def leave(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Say what ends and what stays, ask once more, then withdraw the patient. Asks who it is first."""
    if not is_recent(request):
        return cast(HttpResponse, ask(request))
    if request.method == "POST" and request.POST.get("sure") == "yes":
        return leave_now(request, patient)
    now = timezone.now()
    lead = lead_of(patient, now)
    context: dict[str, Any] = {"lead": lead, "box": box_of(patient, lead), "now": now}
    name = "sure" if request.method == "POST" else "leave"
    return render(request, f"checkins/leaving/{name}.html", context)


def leave_now(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Withdraw the patient, sign out, and show whom to call from now on."""
    now = timezone.now()
    typed = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    reason = f"{_('The patient left the portal.')} {typed}".strip()
    try:
        withdraw_patient(patient=patient, reason=reason, by=patient.user, now=now)
    except AlreadyWithdrawnError:
        return redirect("home")
    clinic = patient.clinic
    get_adapter(request).logout(request)
    context = {"clinic": clinic, "contact": contact_at(clinic, now)}
    return render(request, "checkins/leaving/left.html", context)
