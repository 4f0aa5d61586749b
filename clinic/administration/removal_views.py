"""Removing the second step of a staff member or patient who has lost it: asked for, agreed to, stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from aftercare.people.factors.removal import (
    AlreadyAskedError,
    NobodyToApproveError,
    NotRemovableError,
    NotWaitingError,
    RemovalEndedError,
    WrongPersonError,
    approve_removal,
    approvers,
    ask_removal,
    cancel_removal,
    may_remove_for,
)
from aftercare.people.models import FactorRemoval, StaffMember, User
from clinic.access import patient_of_clinic, reauthenticate_first, require, staff_page
from clinic.administration.staff_views import colleague_of
from clinic.permissions import may_approve_removal, may_ask_removal

PROBLEMS = {
    AlreadyAskedError: gettext_lazy("A colleague was first: it has been asked for already."),
    NobodyToApproveError: gettext_lazy("Nobody else here can agree to it. Nothing was asked for."),
    NotRemovableError: gettext_lazy("That cannot be done here. Nothing was asked for."),
    NotWaitingError: gettext_lazy("A colleague was first, or it is too old. Nothing was changed."),
    RemovalEndedError: gettext_lazy("It has ended meanwhile. Nothing was changed."),
    WrongPersonError: gettext_lazy("That takes another person. Nothing was changed."),
}
SUCCESSES = {
    "ask": gettext_lazy("It is asked for. Colleagues who can agree get a mail, and so does its owner."),
    "agree": gettext_lazy(
        "You have agreed. The second step is removed in 24 hours, unless somebody stops it."
    ),
    "stop": gettext_lazy("It is stopped. The second step stays."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The page of one person. `back`: the path of the page it hangs on; None where the member may not open that."""

    user: User
    path: str
    back: str | None


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def staff_second_step(request: HttpRequest, member: StaffMember, member_pk: int) -> HttpResponse:
    """Ask for, agree to or stop the removal of a staff member's second step."""
    require(may_approve_removal(member), member)
    found = colleague_of(member, member_pk)
    back = reverse("clinic:change_staff", args=[found.pk]) if may_ask_removal(member) else None
    path = reverse("clinic:staff_second_step", args=[found.pk])
    return removal_page(request, member, Place(user=found.user, path=path, back=back))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def patient_second_step(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Ask for, agree to or stop the removal of a patient's second step."""
    found = patient_of_clinic(member, patient_id)
    require(may_approve_removal(member), member)
    back = reverse("clinic:patient", args=[found.pk])
    path = reverse("clinic:patient_second_step", args=[found.pk])
    return removal_page(request, member, Place(user=found.user, path=path, back=back))


def removal_page(request: HttpRequest, member: StaffMember, place: Place) -> HttpResponse:
    """Show the state, or after a recent proof do what was pressed."""
    now = timezone.now()
    if request.method != "POST":
        context = state_of(member, place.user, now) | {"person": place.user, "back": place.back, "now": now}
        return render(request, "clinic/administration/removal.html", context)
    act = request.POST.get("act", "")
    if act == "ask":
        require(may_ask_removal(member), member)
    if asked := reauthenticate_first(request):
        return asked
    if act not in SUCCESSES:
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        perform(act, member, place.user, request.POST.get("removal", ""), now)
    except tuple(PROBLEMS) as error:
        messages.error(request, PROBLEMS[type(error)])
    else:
        messages.success(request, SUCCESSES[act])
    return redirect(place.path)


def perform(act: str, member: StaffMember, user: User, shown: str, now: datetime) -> None:
    """Ask, agree or stop. `shown`: the id of the request that the page showed; raise RemovalEndedError for another."""
    if act == "ask":
        ask_removal(user=user, clinic=member.clinic, by=member.user, now=now)
        return
    found = open_at(member, user)
    if found is None or str(found.pk) != shown:
        raise RemovalEndedError
    acts: dict[str, Callable[..., FactorRemoval]] = {"agree": approve_removal, "stop": cancel_removal}
    acts[act](removal=found, by=member.user, now=now)


def open_at(member: StaffMember, user: User) -> FactorRemoval | None:
    """Return the open request of the member's clinic about a person."""
    found: FactorRemoval | None = (
        FactorRemoval.objects.open()
        .filter(user=user, clinic=member.clinic)
        .select_related("asked_by", "approved_by")
        .first()
    )
    return found


def state_of(member: StaffMember, user: User, now: datetime) -> dict[str, Any]:
    """Return what the page shows: the open request, who can agree to it, and why none can be asked for."""
    found = open_at(member, user)
    asked_by = found.asked_by if found else member.user
    colleagues = list(approvers(user=user, clinic=member.clinic, asked_by=asked_by))
    may_agree = found is not None and any(one.user_id == member.user_id for one in colleagues)
    is_asker = found is not None and found.asked_by_id == member.user_id
    return {
        "removal": found,
        "colleagues": [str(one.user) for one in colleagues],
        "may_agree": may_agree and found is not None and not found.approved_at and now < found.lapses_at,
        "may_stop": may_agree or is_asker,
        "why_not": "" if found else why_not(member, user, has_colleagues=bool(colleagues)),
        "last": FactorRemoval.objects.filter(user=user, clinic=member.clinic, ended_at__lte=now).first(),
    }


def why_not(member: StaffMember, user: User, *, has_colleagues: bool) -> str:
    """Return why the member cannot ask for it, in words; "" if they can."""
    if user.pk == member.user_id:
        return _("You cannot ask for yourself. Ask a manager.")
    if not Authenticator.objects.filter(user=user).exists():
        return _("No second step is set up. There is nothing to remove.")
    if not may_ask_removal(member):
        return _("Nobody has asked for it. A manager can.")
    if not may_remove_for(user=user, clinic=member.clinic):
        return _("That cannot be done here. Ask whoever runs the portal.")
    if not has_colleagues:
        return _(
            "It takes a second person here, a manager or clinician, and there is none. "
            "Ask whoever runs the portal."
        )
    return ""
