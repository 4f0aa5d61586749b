"""Views of staff invitations."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aftercare.people.access import signed_in_user
from aftercare.people.actions import staff_invitations
from aftercare.people.actions.sign_in_links import OTHER, refusal_of_link
from aftercare.people.login import sign_in_as
from aftercare.people.models import StaffInvitation
from aftercare.people.requests import CHOSEN_CLINIC

QUEUE = "/clinic/"


@require_http_methods(["GET", "HEAD", "POST"])
def staff_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation, and sign in after a button is pressed: mail scanners open links. Names no person."""
    now, found = timezone.now(), staff_invitations.invitation_of(token)
    if found is None or not found.is_welcome(now):
        return invitation_page(request, found, "gone", HTTPStatus.GONE)
    member = found.member
    why = refusal_of_link(
        owner=member.user, by=signed_in_user(request), now=now, subject=found.pk, clinic=member.clinic
    )
    if staff_invitations.signs_in_anyway(member):
        return invitation_page(request, found, "code")
    if request.method != "POST":
        staff_invitations.note_opened(found, now)
        return invitation_page(request, found, OTHER if why else "ready")
    if why and request.POST.get("sign_out") != "yes":
        return invitation_page(request, found, OTHER, HTTPStatus.CONFLICT)
    return come_in(request, found)


def invitation_page(
    request: HttpRequest, found: StaffInvitation | None, state: str, status: int = HTTPStatus.OK
) -> HttpResponse:
    """Render an invitation: "ready", "other" (another user is signed in), "code" or "gone"."""
    context: dict[str, Any] = {"state": state}
    if found is not None:
        context["clinic"] = found.member.clinic
    return render(request, "people/clinics/staff_invitation.html", context, status=status)


def come_in(request: HttpRequest, used: StaffInvitation) -> HttpResponse:
    """Use the invitation: sign the person in, in place of any other user, and show the clinic's queue."""
    if not staff_invitations.use(invitation=used, now=timezone.now()):
        return invitation_page(request, used, "gone", HTTPStatus.GONE)
    user = used.member.user
    if request.user == user:
        request.session[CHOSEN_CLINIC] = used.member.clinic_id
        return redirect(QUEUE)
    if request.user.is_authenticated:
        get_adapter(request).logout(request)
    return sign_in_as(request, user, QUEUE, is_proof=True)
