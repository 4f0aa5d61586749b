"""Views of patient invitations, and the choice of a clinic."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aftercare.people.access import choose_patient, patients_of
from aftercare.people.actions import invitations
from aftercare.people.clinics.clinic_phones import contact_at
from aftercare.people.login import sign_in_as
from aftercare.people.models import Invitation

GONE, CONFLICT = 410, 409


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation, and sign in after a button is pressed. Names no person: anybody may have opened it."""
    now, found = timezone.now(), invitations.invitation_of(token)
    if found is None or not is_welcome(found, now):
        return invitation_page(request, found, "gone", GONE)
    if invitations.signs_in_elsewhere(found.patient):
        return invitation_page(request, found, "code")
    is_somebody_else = request.user.is_authenticated and request.user != found.patient.user
    if request.method != "POST":
        invitations.note_opened(found, now)
        return invitation_page(request, found, "other" if is_somebody_else else "ready")
    if is_somebody_else and request.POST.get("sign_out") != "yes":
        return invitation_page(request, found, "other", CONFLICT)
    if not invitations.use(invitation=found, now=now):
        return invitation_page(request, found, "gone", GONE)
    return come_in(request, found)


def is_welcome(found: Invitation, now: datetime) -> bool:
    """Return True if the invitation is usable and the patient not withdrawn."""
    patient = found.patient
    return found.is_usable(now) and patient.user.is_active and not patient.is_withdrawn


def invitation_page(
    request: HttpRequest, found: Invitation | None, state: str, status: int = 200
) -> HttpResponse:
    """Render an invitation: "ready", "other" (another user is signed in), "code" or "gone"."""
    context: dict[str, Any] = {"state": state}
    if found is not None:
        clinic = found.patient.clinic
        context |= {"clinic": clinic, "contact": contact_at(clinic, timezone.now())}
    return render(request, "people/patients/invitation.html", context, status=status)


def come_in(request: HttpRequest, used: Invitation) -> HttpResponse:
    """Sign the patient in, in place of any other user, and show the first page."""
    user = used.patient.user
    if request.user == user:
        return redirect("/")
    if request.user.is_authenticated:
        get_adapter(request).logout(request)
    # It may have been handed over on paper.
    return sign_in_as(request, user, "/", is_proof=False)


@require_http_methods(["GET", "POST"])
@login_required
def choose_clinic(request: HttpRequest) -> HttpResponse:
    """Let a patient of several clinics choose; others are redirected."""
    own = patients_of(request)
    if len(own) < 2:
        raise Http404("nothing to choose")
    if request.method == "POST":
        chosen = next((one for one in own if str(one.pk) == request.POST.get("patient")), None)
        if chosen is None:
            raise Http404("not a record of this person")
        choose_patient(request, chosen)
        return redirect("/")
    return render(request, "people/patients/choose_clinic.html", {"own": own})
