"""Pages on which a patient invites and removes companions, and on which one accepts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from aftercare.people.access import patient_required
from aftercare.people.clinics.clinic_phones import contact_at
from aftercare.people.companions import actions
from aftercare.people.companions.forms import CompanionForm
from aftercare.people.companions.page import CompanionRow, rows_of
from aftercare.people.models import Companion, Patient
from aftercare.people.reauthentication.guard import ask, is_recent

REFUSALS: dict[type[ValueError], tuple[str | None, Any]] = {
    actions.OwnAddressError: ("email", gettext_lazy("This is your own address. Give theirs.")),
    actions.InvitedAlreadyError: ("email", gettext_lazy("You have invited this address already.")),
    actions.TooManyCompanionsError: (
        None,
        gettext_lazy("Three companions are the most. Remove one of them first."),
    ),
    actions.InvitedTooOftenError: (
        None,
        gettext_lazy("You have invited several times today. Try again tomorrow."),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@patient_required
def companions(request: HttpRequest, patient: Patient) -> HttpResponse:
    """List the patient's companions, or invite one. Asks who it is first."""
    if not is_recent(request):
        return cast(HttpResponse, ask(request))
    form = CompanionForm(request.POST if request.method == "POST" else None)
    with timezone.override(patient.clinic.zone):
        if request.method == "POST" and form.is_valid() and invited(form, patient):
            messages.success(request, _("The invitation is on its way by e-mail."))
            return redirect("companions")
        rows = rows_of(patient, timezone.now())
        context = {"form": form, "rows": rows, "is_full": len(rows) >= actions.MOST}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return render(request, "people/companions/companions.html", context, status=status)


def invited(form: CompanionForm, patient: Patient) -> Companion | None:
    """Invite; None, with the reason in the form, if that is refused."""
    try:
        return actions.invite_companion(patient=patient, now=timezone.now(), **form.cleaned_data)
    except tuple(REFUSALS) as error:
        form.add_error(*REFUSALS[type(error)])
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@patient_required
def remove(request: HttpRequest, patient: Patient, companion_id: UUID) -> HttpResponse:
    """Ask whether a companion is to be removed, then do so. No effect on one that was removed before."""
    companion = patient.companions.not_removed().filter(pk=companion_id).first()
    if companion is None:
        messages.info(request, _("Nobody is left to remove there."))
        return redirect("companions")
    if request.method != "POST":
        row = CompanionRow.of(companion, timezone.now())
        return render(request, "people/companions/remove.html", {"row": row})
    actions.remove_companion(companion=companion, by=patient.user, now=timezone.now())
    messages.success(request, _("%(name)s no longer sees anything of yours here.") % {"name": companion.name})
    return redirect("companions")


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Say whose companion the reader of the link is asked to be, and accept. Signs nobody in."""
    found, now = actions.companion_of_token(token), timezone.now()
    if found is None or not actions.is_welcome(found, now):
        return no_invitation(request, found)
    if request.method == "POST":
        try:
            actions.accept_companionship(companion=found, now=now)
        except actions.NoInvitationError:
            return no_invitation(request, found)
        return redirect(f"{reverse('account_request_login_code')}?next={reverse('companion')}")
    return render(request, "people/companions/accept.html", about(found))


def no_invitation(request: HttpRequest, found: Companion | None) -> HttpResponse:
    """Say that the link opens nothing; who has accepted before signs in."""
    context = {
        **(about(found) if found else {}),
        "is_accepted": found is not None and bool(found.accepted_at),
    }
    return render(request, "people/companions/no_invitation.html", context, status=HTTPStatus.GONE)


def about(companion: Companion) -> dict[str, Any]:
    """Return what a page of the link shows: the first name of the patient, and the clinic."""
    patient = companion.patient
    return {
        "first_name": patient.user.first_name,
        "clinic": patient.clinic,
        "contact": contact_at(patient.clinic, timezone.now()),
    }
