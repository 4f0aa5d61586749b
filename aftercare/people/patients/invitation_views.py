"""Views of patient invitations: the first sign-in, and the question whether another clinic is welcome."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from aftercare.people.access import patient_of, signed_in_user
from aftercare.people.actions import invitations
from aftercare.people.actions.sign_in_links import OTHER, STAFF, refusal_of_link
from aftercare.people.clinics.clinic_phones import contact_at
from aftercare.people.login import sign_in_as
from aftercare.people.models import Invitation

GONE, CONFLICT, FORBIDDEN = 410, 409, 403
ASKED = "asked_by"  # session key: id of the invitation that is answered after the sign-in


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation, and sign in after a button is pressed. Names no person: anybody may have opened it."""
    now, found = timezone.now(), invitations.invitation_of(token)
    if found is None or not found.is_welcome(now):
        return invitation_page(request, found, "gone", GONE)
    patient = found.patient
    why = refusal_of_link(
        owner=patient.user, by=signed_in_user(request), now=now, subject=found.pk, patient=patient
    )
    if why == STAFF:
        return invitation_page(request, found, STAFF, FORBIDDEN)
    if why and request.POST.get("sign_out") != "yes":
        return invitation_page(request, found, OTHER, CONFLICT if request.method == "POST" else 200)
    if why:
        get_adapter(request).logout(request)
    elif request.method != "POST":
        invitations.note_opened(found, now)
    return welcome(request, found)


def welcome(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Let the person in whose invitation it is, or ask whether the clinic of a pending record is welcome."""
    user = found.patient.user
    if found.patient.is_pending:
        return ask(request, found)
    if invitations.signs_in_elsewhere(found.patient):
        return invitation_page(request, found, "code")
    if request.method != "POST":
        return invitation_page(request, found, "ready")
    if not invitations.use(invitation=found, now=timezone.now()):
        return invitation_page(request, found, "gone", GONE)
    if request.user == user:
        return redirect("/")
    # It may have been handed over on paper.
    return sign_in_as(request, user, "/", is_proof=False)


def ask(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Ask the person whether the clinic of a pending record is welcome; who is signed out signs in first."""
    if request.user.is_authenticated:
        return answer(request, found)
    if request.method != "POST":
        return invitation_page(request, found, "ask_signed_out")
    request.session[ASKED] = str(found.pk)
    query = urlencode({"next": reverse("join_clinic")})
    return redirect(f"{reverse('account_request_login_code')}?{query}")


@require_http_methods(["GET", "POST"])
@login_required
def join_clinic(request: HttpRequest) -> HttpResponse:
    """Ask the question of the invitation that was opened before the sign-in."""
    asked = request.session.get(ASKED)
    own = Invitation.objects.filter(patient__user=request.user.pk).select_related(
        "patient__user", "patient__clinic"
    )
    found = own.filter(pk=asked).first() if asked else None
    if found is None:
        raise Http404("nobody asks")
    if not found.is_welcome(timezone.now()):
        return invitation_page(request, found, "gone", GONE)
    return answer(request, found)


def answer(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Show the question, or take the answer: yes opens the record to the sign-in, of this session alone."""
    if request.method != "POST" or request.POST.get("accept") != "yes":
        return invitation_page(request, found, "ask")
    user, default = found.patient.user, patient_of(request)
    if not invitations.accept(invitation=found, default=default, now=timezone.now()):
        return invitation_page(request, found, "gone", GONE)
    request.session.pop(ASKED, None)
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    return redirect("choose_own_clinic" if default else "/")


def invitation_page(
    request: HttpRequest, found: Invitation | None, state: str, status: int = 200
) -> HttpResponse:
    """Render an invitation.

    `state`: "ready", "ask", "ask_signed_out", "other" (another patient is signed in), "staff", "code" or "gone".
    """
    context: dict[str, Any] = {"state": state}
    if found is not None:
        clinic = found.patient.clinic
        context |= {"clinic": clinic, "contact": contact_at(clinic, timezone.now())}
    return render(request, "people/patients/invitation.html", context, status=status)
