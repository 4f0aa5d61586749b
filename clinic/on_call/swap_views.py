"""Swaps: ask colleagues to take a shift of one's own, and answer such a request."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftercare.alerts.models import Swap
from aftercare.alerts.on_call.swaps import SwapError, accept_swap, ask_swap, decline_swap, withdraw_swap
from aftercare.alerts.on_call.telling import span_of
from aftercare.people.models import Shift, StaffMember
from clinic.access import require, staff_page
from clinic.on_call.change_forms import SwapForm
from clinic.on_call.change_views import shift_of
from clinic.on_call.views import form_methods, is_gone

ACTS = {"accept": accept_swap, "decline": decline_swap, "withdraw": withdraw_swap}
# Why an answer came too late, or cannot be given.
REFUSALS = {
    "accepted": gettext_lazy("This was accepted before. You changed nothing."),
    "declined": gettext_lazy("This was declined before. You changed nothing."),
    "withdrawn": gettext_lazy("The request was withdrawn. You changed nothing."),
    "taken": gettext_lazy("Somebody else has taken this shift already. You are not on. You changed nothing."),
    "begun": gettext_lazy("The shift has begun, so the request has expired. You changed nothing."),
    "changed": gettext_lazy("The rota has changed since this was asked. You changed nothing. Ask a manager."),
    "away": gettext_lazy("%(name)s is away then. You changed nothing. Ask a manager."),
    "busy": gettext_lazy("%(name)s is on the rota then already. You changed nothing. Ask a manager."),
    "gone": gettext_lazy("%(name)s does not work here any more. You changed nothing."),
}
DONE = {
    "accept": gettext_lazy("The shift is yours. Those concerned are told."),
    "decline": gettext_lazy("You said no. Your colleague is told, and still has the shift."),
    "withdraw": gettext_lazy("The request is withdrawn. You still have the shift."),
}


@form_methods
@staff_page
def ask(request: HttpRequest, member: StaffMember, shift_id: int) -> HttpResponse:
    """Ask colleagues to take a shift of the member's own."""
    if is_gone(Shift, shift_id):
        messages.info(request, _("This shift is not on the rota any more."))
        return redirect("clinic:contacts")
    shift, now = shift_of(member, shift_id), timezone.now()
    require(shift.member_id == member.pk, member)
    form = SwapForm(request.POST or None, clinic=member.clinic, acting=member, now=now)
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid() and save_request(request, form, shift, member):
            return redirect("clinic:contacts")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "form": form,
        "title": _("Ask a colleague to take your shift"),
        "text": _("%(span)s. The shift stays yours until somebody says yes.")
        % {"span": span_of(shift.starts_at, shift.ends_at, member.clinic)},
        "submit": _("Ask"),
    }
    return render(request, "clinic/on_call/contact_form.html", context, status=status)


def save_request(request: HttpRequest, form: SwapForm, shift: Shift, member: StaffMember) -> bool:
    """Ask, and say how many were; False, with an error in the form, if it cannot be."""
    try:
        made = ask_swap(
            shift=shift,
            by=member,
            colleagues=form.chosen("members"),
            in_return=form.returned,
            now=timezone.now(),
        )
    except SwapError as error:
        form.refuse(error)
        return False
    if made:
        words = ngettext("Your colleague is asked.", "%(count)s colleagues are asked.", len(made))
        messages.success(request, words % {"count": len(made)})
    else:
        messages.info(request, _("You have asked already, and there is no answer yet."))
    return True


@form_methods
@staff_page
def swap(request: HttpRequest, member: StaffMember, swap_id: UUID) -> HttpResponse:
    """Show a request to take a shift, and answer it."""
    swaps = member.clinic.swaps.select_related("clinic", "shift", "asked_by__user", "asked__user")
    found = get_object_or_404(swaps, pk=swap_id)
    error, status = "", HTTPStatus.OK
    if request.method == "POST":
        error = answer(found, member, request.POST.get("act", ""))
        if not error:
            messages.success(request, DONE[request.POST["act"]])
            return redirect("clinic:contacts")
        status = HTTPStatus.CONFLICT
        found.refresh_from_db()
    now = timezone.now()
    context = {
        "swap": found,
        "error": error,
        "is_waiting": found.is_waiting(now),
        "span": span_of(found.starts_at, found.ends_at, member.clinic),
        "given": returned_words(found),
        "now": now,
    }
    return render(request, "clinic/on_call/swap.html", context, status=status)


def answer(found: Swap, member: StaffMember, act: str) -> str:
    """Accept, decline or withdraw; return why it cannot be, or an empty string."""
    allowed = found.asked_by_id if act == "withdraw" else found.asked_id
    require(member.pk == allowed, member)
    if act not in ACTS:
        return _("Choose one of the buttons.")
    try:
        ACTS[act](swap=found, by=member, now=timezone.now())
    except SwapError as error:
        return str(REFUSALS[error.code]) % {"name": error.member.user if error.member else ""}
    return ""


def returned_words(found: Swap) -> str:
    """Return the shift given in return as words; an empty string if there is none."""
    if found.return_starts_at is None or found.return_ends_at is None:
        return ""
    return span_of(found.return_starts_at, found.return_ends_at, found.clinic)
