"""Pages of staff: guarded, and on the clock of the clinic that they are about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from aftercare.alerts.models import Alert
from aftercare.alerts.on_call.roster import Roster
from aftercare.checkins.form.page import AUTOSAVE
from aftercare.people.access import (
    CHOSEN_CLINIC,
    StaffView,
    View,
    act_for,
    memberships_of,
    staff_required,
)
from aftercare.people.actions import record_event
from aftercare.people.models import Event, Patient, StaffMember, User
from clinic import held_forms
from clinic.permissions import Predicate

P = ParamSpec("P")
OPENING_INTERVAL = timedelta(hours=1)
# Which records an address can name, and how to find the clinic of one.
RECORDS_IN_URL: dict[str, Callable[[Any], QuerySet[Any]]] = {
    "alert_id": lambda pk: Alert.objects.filter(pk=pk),
    "patient_id": lambda pk: Patient.objects.filter(pk=pk),
}


def staff_page(view: StaffView[P]) -> View[P]:
    """`staff_required`, acting for the clinic of the record that the address names, on that clinic's clock.

    A form that is posted signed out, or drawn for another clinic, is shown again as typed and not saved.
    """

    @wraps(view)
    def acting_for_clinic(
        request: HttpRequest, member: StaffMember, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        member = member_for_record(request, member, kwargs)
        why = reason_to_hold(request, member, kwargs)
        if why == held_forms.CHOSEN:
            member = act_for_form_clinic(request, member)
        request._acting_member = member  # type: ignore[attr-defined]

        def draw() -> HttpResponse:
            return view(request, member, *args, **kwargs)

        with timezone.override(member.clinic.zone):
            if why:
                return held_forms.show_again(request, draw, request.POST, why=why, clinic=member.clinic)
            response = draw()
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            held_forms.drop(request.session, request.path)
        return response

    guarded = staff_required(cast("StaffView[P]", acting_for_clinic))

    @wraps(view)
    def hold_if_signed_out(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            held_forms.keep(request.session, request.path, request.POST, timezone.now())
            if AUTOSAVE in request.POST:  # sent by a script, which says that it was not saved
                return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
            return sign_in_first(request)
        return guarded(request, *args, **kwargs)

    return cast("View[P]", hold_if_signed_out)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in, and from there to what was typed. With an emergency ticked the number to call comes first."""
    sign_in = redirect_to_login(reverse("clinic:typed"))
    if not held_forms.has_emergency(request.POST):
        return sign_in
    context = {"sign_in": sign_in.url, "has_emergency": True}
    return render(request, "clinic/send_again.html", context)


def reason_to_hold(request: HttpRequest, member: StaffMember, named: dict[str, Any]) -> str:
    """Why a posted form is only shown again; empty where it can be taken.

    The clinic counts where the address names no record: a record has its own. A form without it is not checked.
    """
    if request.method != "POST":
        return ""
    asked = request.POST.get(held_forms.HOLD, "")
    if asked in held_forms.WORDS:
        return asked
    drawn_for = request.POST.get(held_forms.DRAWN_FOR, "")
    if not drawn_for or drawn_for == str(member.clinic_id) or RECORDS_IN_URL.keys() & named.keys():
        return ""
    mine = {str(own.clinic_id) for own in memberships_of(request)}
    return held_forms.CHOSEN if drawn_for in mine else held_forms.ELSEWHERE


def act_for_form_clinic(request: HttpRequest, member: StaffMember) -> StaffMember:
    """Act for the clinic that a form was drawn for, from now on."""
    drawn_for = request.POST.get(held_forms.DRAWN_FOR, "")
    own = next((own for own in memberships_of(request) if str(own.clinic_id) == drawn_for), member)
    request.session[CHOSEN_CLINIC] = own.clinic_id
    return act_for(request, own)


def member_for_record(request: HttpRequest, member: StaffMember, named: dict[str, Any]) -> StaffMember:
    """As whom a record is opened: who works for two clinics works on each record for its own."""
    own = memberships_of(request)
    if len(own) == 1:
        return member
    for name, find in RECORDS_IN_URL.items():
        if name in named:
            at = find(named[name]).values_list("clinic_id", flat=True).first()
            return act_for(request, next((other for other in own if other.clinic_id == at), member))
    return member


def only(may: Predicate) -> Callable[[StaffView[P]], StaffView[P]]:
    """Let a page of staff be for those only to whom a predicate of `clinic.permissions` says yes.

    Pages about a record load it first and then `require`: another clinic's record is a 404 for every role.
    """

    def guard(view: StaffView[P]) -> StaffView[P]:
        @wraps(view)
        def guarded(
            request: HttpRequest, member: StaffMember, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            require(may(member), member)
            return view(request, member, *args, **kwargs)

        return cast("StaffView[P]", guarded)

    return guard


def require(allowed: bool, member: StaffMember) -> None:
    """A clear refusal where the role does not reach."""
    if not allowed:
        role = StaffMember.Role(member.role).label.lower()
        raise PermissionDenied(
            f"You are signed in as a {role}. Your role does not allow this. Nothing was changed."
        )


def alert_of(member: StaffMember, alert_id: UUID) -> Alert:
    """An alert of the staff member's own clinic; any other is a 404."""
    alerts = member.clinic.alerts.select_related(
        "patient__user", "patient__clinic", "procedure", "acknowledged_by", "owner", "closed_by"
    )
    return get_object_or_404(alerts, pk=alert_id)


def patient_of_clinic(member: StaffMember, patient_id: UUID) -> Patient:
    """A patient of the staff member's own clinic; any other is a 404."""
    return get_object_or_404(member.clinic.patients.select_related("user", "clinic"), pk=patient_id)


def record_opening(*, verb: Event.Verb, subject: UUID, patient: Patient, by: User, now: datetime) -> None:
    """Keep who looked at an alert or a patient: once an hour, however often the page is loaded."""
    looked = Event.objects.filter(verb=verb, actor=by, subject=subject, at__gt=now - OPENING_INTERVAL)
    if not looked.exists():
        record_event(verb=verb, actor=by, now=now, patient=patient, subject=subject)


def roster_of(member: StaffMember, now: datetime) -> Roster:
    """The roster of the clinic for which somebody is signed in; loaded once for a page."""
    if not hasattr(member, "_roster"):
        member._roster = Roster.of(member.clinic, now)  # type: ignore[attr-defined]
    return cast(Roster, member._roster)  # type: ignore[attr-defined]
