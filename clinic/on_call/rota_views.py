"""The on-duty rota: add shifts, and remove one shift or the rest of a series. For managers."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aftercare.people.actions.rota import overlapping, put_on_duty, series_of, take_off_duty
from aftercare.people.models import Shift, StaffMember
from clinic.on_call.forms import ShiftForm
from clinic.on_call.views import form_methods, is_gone, manager_page

CLASHES_SHOWN = 5


@form_methods
@manager_page
def new_shift(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Put a member on duty. Overlapping shifts must be confirmed first."""
    form = ShiftForm(request.POST or None, clinic=member.clinic)
    context: dict[str, Any] = {"form": form}
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            clashes = overlapping(member=form.chosen("member")[0], **form.span)
            if not clashes or request.POST.get("seen") == mark_of(clashes):
                return add_place(request, member, form)
            status = HTTPStatus.CONFLICT
            more = len(clashes) - CLASHES_SHOWN
            context |= {"clashes": clashes[:CLASHES_SHOWN], "more": max(more, 0), "seen": mark_of(clashes)}
    return render(request, "clinic/on_call/new_shift.html", context, status=status)


def add_place(request: HttpRequest, member: StaffMember, form: ShiftForm) -> HttpResponse:
    """Store the shifts and report how many were added."""
    on_duty = form.chosen("member")[0]
    new = put_on_duty(member=on_duty, by=member.user, now=timezone.now(), **form.span)
    if new:
        words = ngettext(
            "%(name)s has %(count)s new place on the rota.",
            "%(name)s has %(count)s new places on the rota.",
            new,
        )
        messages.success(request, words % {"name": on_duty.user, "count": new})
    else:
        messages.info(request, _("%(user)s has this place on the rota already.") % {"user": on_duty.user})
    return redirect("clinic:contacts")


def mark_of(places: Collection[Shift]) -> str:
    """Return a digest of the shifts that a page showed, to detect changes since."""
    text = " ".join(f"{one.pk}/{one.member_id}" for one in places)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@form_methods
@manager_page
def remove_shift(request: HttpRequest, member: StaffMember, shift_id: int) -> HttpResponse:
    """Remove a shift, or with it every later shift of its series, after asking which."""
    if is_gone(Shift, shift_id):
        messages.info(request, _("This place was removed already."))
        return redirect("clinic:contacts")
    shift = get_object_or_404(member.clinic.shifts.select_related("clinic", "member__user"), pk=shift_id)
    series = series_of(shift)
    which, status = request.POST.get("which"), HTTPStatus.OK
    if request.method == "POST":
        if which == "one" or (which == "series" and request.POST.get("seen") == mark_of(series)):
            places = [shift] if which == "one" else series
            removed = take_off_duty(shifts=places, clinic=member.clinic, by=member.user, now=timezone.now())
            words = ngettext("The place is removed.", "%(count)s places are removed.", removed)
            messages.success(request, words % {"count": removed})
            return redirect("clinic:contacts")
        status = HTTPStatus.CONFLICT
    context = {
        "shift": shift,
        "series": series,
        "last": series[-1],
        "seen": mark_of(series),
        "has_changed": which == "series",
    }
    return render(request, "clinic/on_call/remove_shift.html", context, status=status)
