"""The page on the world outside of the demonstration, and what a visitor does on a phone there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftercare.people.access import StaffView
from aftercare.people.models import StaffMember
from clinic.access import staff_page
from clinic.demo.outside_world import arrivals
from clinic.demo.outside_world.page import CHANNELS, world_page
from clinic.demo.outside_world.phones import owners_by_phone

P = ParamSpec("P")
LONGEST_TEXT = 160


def demonstration_only(view: StaffView[P]) -> StaffView[P]:
    """Answer that there is no such page, unless this is a demonstration with providers of its own."""

    @wraps(view)
    def guarded(
        request: HttpRequest, member: StaffMember, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if not arrivals.is_there():
            raise Http404("only in a demonstration")
        return view(request, member, *args, **kwargs)

    return guarded


@require_safe
@staff_page
@demonstration_only
def outside_world(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Show what arrived on whose phone."""
    now, channel = timezone.now(), request.GET.get("channel", "")
    try:
        page = world_page(member.clinic, now, channel if channel in CHANNELS else "")
    except arrivals.AwayError:
        page = None
    return render(request, "clinic/demo/outside_world.html", {"page": page, "now": now})


@require_POST
@staff_page
@demonstration_only
def reply(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Reply to an SMS from a phone of the clinic's staff."""
    number = phone_of(request, member)
    return answered(request, lambda: arrivals.reply(number, request.POST.get("text", "")[:LONGEST_TEXT]))


@require_POST
@staff_page
@demonstration_only
def press(request: HttpRequest, _member: StaffMember) -> HttpResponse:
    """Press 4 during a call."""
    call = request.POST.get("call", "")
    return answered(request, lambda: arrivals.press(call, "4"))


def phone_of(request: HttpRequest, member: StaffMember) -> str:
    """Return the number that the form names; 404 unless it is one of the clinic's staff."""
    number = request.POST.get("number", "")
    if number not in owners_by_phone(member.clinic):
        raise Http404("not a phone of this clinic")
    return number


def answered(request: HttpRequest, act: Callable[[], int]) -> HttpResponse:
    """Do something on a phone, and return to the page, which shows what the portal answered."""
    try:
        status = act()
    except arrivals.AwayError:
        status = HTTPStatus.BAD_GATEWAY
    if status != HTTPStatus.OK:
        messages.error(request, _("That could not be sent from the phone. Try again."))
    return redirect("clinic:outside_world")
