"""The patient or staff member behind a request; records are loaded through them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from aftercare.people.models import Companion, Patient, StaffMember, User
from aftercare.people.requests import CHOSEN_COMPANION, CHOSEN_PATIENT, sender_of
from aftercare.people.second_step.session import way_to_second_step
from aftercare.people.sessions.locking import count_as_staff

P = ParamSpec("P")
PatientView = Callable[Concatenate[HttpRequest, Patient, P], HttpResponse]
StaffView = Callable[Concatenate[HttpRequest, StaffMember, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in_user(request: HttpRequest) -> User | None:
    """Return the signed-in user, or None."""
    return sender_of(request).user


def patients_of(request: HttpRequest) -> list[Patient]:
    """Return the records that the user's sign-in opens, one per clinic, the last chosen first."""
    return sender_of(request).patients


def patient_of(request: HttpRequest) -> Patient | None:
    """Return the record chosen in this session, else the first; None for other users."""
    return sender_of(request).patient


def bind_patient(request: HttpRequest, patient: Patient) -> None:
    """Bind the request to `patient`, so that the page shows that clinic's name and telephones."""
    sender_of(request).patient = patient


def choose_patient(request: HttpRequest, patient: Patient) -> None:
    """Choose a patient record for the rest of the session."""
    request.session[CHOSEN_PATIENT] = str(patient.pk)
    bind_patient(request, patient)


def companionships_of(request: HttpRequest) -> list[Companion]:
    """Return the patients whom the user accompanies, as companionships."""
    return sender_of(request).companionships


def bind_companion(request: HttpRequest, companion: Companion) -> None:
    """Bind the request to a companionship, also for the guidance that is read next."""
    sender_of(request).companion = companion
    if request.session.get(CHOSEN_COMPANION) != str(companion.pk):
        request.session[CHOSEN_COMPANION] = str(companion.pk)


def leave_companion(request: HttpRequest) -> None:
    """Let the guidance be about the user's own recovery again."""
    request.session.pop(CHOSEN_COMPANION, None)


def reading_patient_of(request: HttpRequest) -> Patient | None:
    """Return the patient whose recovery the guidance is read for: the user's own, or that of a companionship.

    That of a companion counts after a page of the companion, and for whoever is nothing else.
    """
    chosen, sender = request.session.get(CHOSEN_COMPANION), sender_of(request)
    if chosen is None and (sender.user is None or sender.patient or sender.member):
        return sender.patient
    own = sender.companionships
    sender.companion = next((one for one in own if str(one.pk) == chosen), own[0] if own else None)
    return sender.companion.patient if sender.companion else sender.patient


def memberships_of(request: HttpRequest) -> list[StaffMember]:
    """Return the user's active staff memberships, with `has_second_factor`."""
    return sender_of(request).memberships


def staff_member_of(request: HttpRequest) -> StaffMember | None:
    """Return the membership of the chosen clinic, else the first; None for other users."""
    return sender_of(request).member


def bind_staff_member(request: HttpRequest, member: StaffMember) -> StaffMember:
    """Bind the request to `member`, so that the page shows that clinic's name and clock."""
    sender_of(request).member = member
    return member


def way_of_staff_to_second_step(request: HttpRequest, back: str) -> str:
    """Return the URL of the second step that a session of staff lacks; "" if it lacks none, and for others."""
    member = staff_member_of(request)
    if member is None:
        return ""
    return way_to_second_step(request, back, has_one=bool(getattr(member, "has_second_factor", False)))


def patient_required(view: PatientView[P]) -> View[P]:
    """Require a signed-in patient: redirect to sign-in, or raise Http404 for other users."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        patient = patient_of(request)
        if patient is None:
            raise Http404("no patient record")
        return view(request, patient, *args, **kwargs)

    return cast("View[P]", guarded)


def staff_required(view: StaffView[P]) -> View[P]:
    """Require a signed-in staff member: redirect to sign-in or to the second step, Http404 for others."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        member = staff_member_of(request)
        if member is None:
            raise Http404("not staff")
        count_as_staff(request)
        if way := way_of_staff_to_second_step(request, request.get_full_path()):
            return redirect(way)
        sender_of(request).is_staff_page = True
        return view(request, member, *args, **kwargs)

    return cast("View[P]", guarded)
