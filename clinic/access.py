"""Access to the pages of staff: guards, loaders of a clinic's records, and the clinic's time zone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from aftercare.alerts.models import Alert
from aftercare.alerts.on_call.roster import Roster
from aftercare.checkins.models import Cluster
from aftercare.people.access import (
    StaffView,
    View,
    bind_staff_member,
    memberships_of,
    staff_required,
    way_of_staff_to_second_step,
)
from aftercare.people.client_address import client_address
from aftercare.people.models import Event, Patient, StaffMember
from aftercare.people.reauthentication.guard import is_recent
from aftercare.people.requests import CHOSEN_CLINIC, sender_of
from aftercare.people.sealing.looks import record_looks
from aftercare.people.second_step.session import way_to_ask
from aftercare.people.sessions.activity import AUTOSAVE
from clinic import held_forms
from clinic.permissions import Predicate

P = ParamSpec("P")
WITH_PAGE = frozenset({HTTPStatus.OK, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})
logger = logging.getLogger(__name__)
# URL arguments that name a record, with a query that finds the record's clinic.
RECORDS_IN_URL: dict[str, Callable[[Any], QuerySet[Any]]] = {
    "alert_id": lambda pk: Alert.objects.filter(pk=pk),
    "cluster_id": lambda pk: Cluster.objects.filter(pk=pk),
    "patient_id": lambda pk: Patient.objects.filter(pk=pk),
}


def staff_page(view: StaffView[P]) -> View[P]:
    """Extend `staff_required`: act for the clinic of the record in the URL, in that clinic's time zone.

    A form posted without a session, or drawn for another clinic, is shown again as typed and not saved.
    """

    @wraps(view)
    def acting_for_clinic(
        request: HttpRequest, member: StaffMember, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        member = member_for_record(request, member, kwargs)
        why = reason_to_hold(request, member, kwargs)
        if why == held_forms.CHOSEN:
            member = act_for_form_clinic(request, member)
        sender_of(request).acting_member = member

        def draw() -> HttpResponse:
            return record_shown(request, member, kwargs, view(request, member, *args, **kwargs))

        with timezone.override(member.clinic.zone):
            if why:
                return held_forms.show_again(request, draw, request.POST, why=why, clinic=member.clinic)
            response = draw()
        if request.method == "POST":
            held_forms.drop_if_saved(request.session, request.path, response)
        return response

    guarded = staff_required(cast("StaffView[P]", acting_for_clinic))

    @wraps(view)
    def hold_if_not_let_in(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST" and (kept_out := hold_and_lead_on(request)):
            return kept_out
        return guarded(request, *args, **kwargs)

    return cast("View[P]", hold_if_not_let_in)


def hold_and_lead_on(request: HttpRequest) -> HttpResponse | None:
    """Hold the posted form of a sender who is signed out or lacks the second step, and lead there; else None."""
    if not request.user.is_authenticated:
        if not held_forms.keep(request.session, request.path, request.POST, timezone.now()):
            messages.warning(request, held_forms.TOO_LARGE)
        return unauthorized_if_autosaved(request) or sign_in_first(request)
    way = way_of_staff_to_second_step(request, reverse("clinic:typed"))
    if not way:
        return None
    hold_unproved(request)
    return unauthorized_if_autosaved(request) or held_forms.HeldRedirect(way)


def unauthorized_if_autosaved(request: HttpRequest) -> HttpResponse | None:
    """Return a response without a page to autosave, whose script reports the failure; None for a press."""
    return HttpResponse(status=HTTPStatus.UNAUTHORIZED) if AUTOSAVE in request.POST else None


def hold_unproved(request: HttpRequest) -> None:
    """Hold a posted form until its sender has proved to be there."""
    held_forms.keep(request.session, request.path, request.POST, timezone.now(), why=held_forms.NOT_PROVED)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Redirect to the sign-in, and from there to the held form.

    If an emergency is ticked, a page with the emergency number comes first.
    """
    sign_in = redirect_to_login(reverse("clinic:typed"))
    if not held_forms.has_emergency(request.POST):
        return sign_in
    context = {"sign_in": sign_in.url, "has_emergency": True}
    return render(request, "clinic/send_again.html", context)


def reason_to_hold(request: HttpRequest, member: StaffMember, named: dict[str, Any]) -> str:
    """Return why a posted form is shown again instead of saved; an empty string if it can be saved.

    The clinic of the form counts only where the URL names no record, because a record has its own clinic. A
    form that names no clinic is not checked.
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
    """Switch the session to the clinic that the posted form was drawn for."""
    drawn_for = request.POST.get(held_forms.DRAWN_FOR, "")
    own = next((own for own in memberships_of(request) if str(own.clinic_id) == drawn_for), member)
    request.session[CHOSEN_CLINIC] = own.clinic_id
    return bind_staff_member(request, own)


def member_for_record(request: HttpRequest, member: StaffMember, named: dict[str, Any]) -> StaffMember:
    """Return the membership to act with: on a record, the membership at the record's clinic."""
    own = memberships_of(request)
    if len(own) == 1:
        return member
    for name, find in RECORDS_IN_URL.items():
        if name in named:
            at = find(named[name]).values_list("clinic_id", flat=True).first()
            return bind_staff_member(request, next((other for other in own if other.clinic_id == at), member))
    return member


def only(may: Predicate) -> Callable[[StaffView[P]], StaffView[P]]:
    """Restrict a page of staff to members for whom a predicate of `clinic.permissions` holds; else 403.

    Pages about a record load the record first and then call `require`: another clinic's record is a 404 for
    every role.
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


def reauthenticated(view: StaffView[P]) -> StaffView[P]:
    """Require a recent proof of who is signed in, below `staff_page`; a posted form is shown again after it."""

    @wraps(view)
    def guarded(request: HttpRequest, member: StaffMember, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return reauthenticate_first(request) or view(request, member, *args, **kwargs)

    return cast("StaffView[P]", guarded)


def reauthenticate_first(request: HttpRequest) -> HttpResponse | None:
    """Return None after a recent proof of who is signed in, else a redirect that asks for a new one.

    A posted form is held, and the redirect leads back to it.
    """
    if is_recent(request):
        return None
    if request.method != "POST":
        return redirect(way_to_ask(request, request.get_full_path()))
    hold_unproved(request)
    return held_forms.HeldRedirect(way_to_ask(request, reverse("clinic:typed")))


REFUSALS = {
    StaffMember.Role.NURSE: gettext_lazy(
        "You are signed in as a nurse. Your role does not allow this. Nothing was changed."
    ),
    StaffMember.Role.CLINICIAN: gettext_lazy(
        "You are signed in as a clinician. Your role does not allow this. Nothing was changed."
    ),
    StaffMember.Role.MANAGER: gettext_lazy(
        "You are signed in as a manager. Your role does not allow this. Nothing was changed."
    ),
}


def require(allowed: bool, member: StaffMember) -> None:
    """Raise PermissionDenied unless allowed. The message names the member's role."""
    if not allowed:
        raise PermissionDenied(REFUSALS[StaffMember.Role(member.role)])


def alert_of(member: StaffMember, alert_id: UUID) -> Alert:
    """Return an alert of the member's clinic; 404 for any other, and for one of a patient who was erased."""
    alerts = member.clinic.alerts.filter(patient__user__erased_as="").select_related(
        "patient__user", "patient__clinic", "procedure", "acknowledged_by", "owner", "closed_by"
    )
    return get_object_or_404(alerts, pk=alert_id)


def patient_of_clinic(member: StaffMember, patient_id: UUID) -> Patient:
    """Return a patient of the member's clinic; 404 for any other, and for one who was erased."""
    patients = member.clinic.patients.not_erased().select_related("user", "clinic")
    return get_object_or_404(patients, pk=patient_id)


def shows(request: HttpRequest, page: Event.Page, patients: Iterable[Patient]) -> None:
    """Declare which patients the page shows: each is recorded as looked at, once the page is sent.

    A page whose URL names the patient declares nothing: `staff_page` knows.
    """
    sender_of(request).shown.setdefault(page, {}).update({patient.pk: patient for patient in patients})


def show_named(request: HttpRequest, member: StaffMember, named: dict[str, Any]) -> None:
    """Declare the patient that the URL of the page names."""
    match = request.resolver_match
    if "patient_id" in named and match and match.url_name in Event.Page.values:
        found = Patient(pk=named["patient_id"], clinic_id=member.clinic_id)
        shows(request, Event.Page(match.url_name), [found])


def shows_alert(request: HttpRequest, alert: Alert) -> None:
    """Declare that the page shows an alert."""
    sender_of(request).shown.setdefault(Event.Page.ALERT, {})[alert.pk] = alert.patient


def record_shown(
    request: HttpRequest, member: StaffMember, named: dict[str, Any], response: HttpResponse
) -> HttpResponse:
    """Record the patients of a page once it is sent; a redirect or a refusal has shown nobody."""
    show_named(request, member, named)
    shown, by = sender_of(request).shown, member.user
    if response.status_code not in WITH_PAGE or not shown:
        return response
    address, now, send_off = client_address(request), timezone.now(), response.close

    def close() -> None:
        try:
            for page, patients in shown.items():
                record_looks(shown=patients, page=page, address=address, by=by, now=now)
        except Error:
            logger.exception("looks of %s could not be recorded", by.pk)
        finally:
            send_off()

    # The server closes a response when the last byte is on its way: nobody waits for this.
    vars(response)["close"] = close
    return response


def roster_of(member: StaffMember, now: datetime) -> Roster:
    """Return the roster of the member's clinic, loaded once per request."""
    roster: Roster | None = vars(member).get("roster")
    if roster is None:
        roster = vars(member)["roster"] = Roster.of(member.clinic, now)
    return roster
