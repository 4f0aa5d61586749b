"""Changes to the rota for once: somebody else on duty, for managers and whoever has the shift."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from aftercare.alerts.on_call.overrides import OverrideError, remove_override, set_override
from aftercare.people.models import Shift, StaffMember
from clinic.access import require, staff_page
from clinic.on_call.change_forms import OverrideForm
from clinic.on_call.views import form_methods
from clinic.permissions import may_edit_rota, may_remove_override


@form_methods
@staff_page
def new_override(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Put somebody else on duty for a stretch: managers for anybody, others in place of themselves."""
    initial = initial_of(member, request.GET.get("shift", ""))
    form = OverrideForm(
        request.POST or None,
        clinic=member.clinic,
        acting=member,
        is_manager=may_edit_rota(member),
        initial=initial,
    )
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid() and save_override(request, form, member):
            return redirect("clinic:contacts")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "form": form,
        "title": _("Put somebody else on duty"),
        "text": _("Whoever is on instead is told at once. When it is over, the rota holds again."),
        "submit": _("Put on duty"),
    }
    return render(request, "clinic/on_call/contact_form.html", context, status=status)


def initial_of(member: StaffMember, shift_id: str) -> dict[str, Any]:
    """Return the times and the person of the shift that the page was opened from."""
    shift = member.clinic.shifts.filter(pk=int(shift_id)).first() if shift_id.isdecimal() else None
    if shift is None:
        return {}
    begun = shift.starts_at <= timezone.now()
    times = {"starts_at": None if begun else shift.starts_at, "ends_at": shift.ends_at}
    return {**times, "instead_of": shift.member_id}


def save_override(request: HttpRequest, form: OverrideForm, member: StaffMember) -> bool:
    """Set the override and say so; False, with an error in the form, if it cannot be."""
    now = timezone.now()
    cleaned = form.cleaned_data
    on_duty = form.chosen("member")[0]
    try:
        set_override(
            member=on_duty,
            instead_of=form.replaced,
            starts_at=cleaned["starts_at"] or now,
            ends_at=cleaned["ends_at"],
            by=member.user,
            now=now,
        )
    except OverrideError as error:
        form.refuse(error)
        return False
    messages.success(request, _("%(name)s is on instead, and is told.") % {"name": on_duty.user})
    return True


@require_POST
@staff_page
def end_override(request: HttpRequest, member: StaffMember, override_id: UUID) -> HttpResponse:
    """Remove an override: managers, and whoever set it in place of themselves."""
    overrides = member.clinic.overrides.select_related("clinic", "member__user")
    override = get_object_or_404(overrides, pk=override_id)
    require(may_remove_override(member, override), member)
    if remove_override(override=override, by=member.user, now=timezone.now()):
        messages.success(request, _("It is removed. The rota holds again, and those concerned are told."))
    else:
        messages.info(request, _("This was removed already, or is over. You changed nothing."))
    return redirect("clinic:contacts")


def shift_of(member: StaffMember, shift_id: int) -> Shift:
    """Return a shift of the member's clinic; 404 for any other."""
    return get_object_or_404(member.clinic.shifts.select_related("member__user"), pk=shift_id)
