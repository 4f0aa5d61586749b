"""The patient or staff member behind a request; records are loaded through them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from aftercare.people.models import Patient, StaffMember, User

P = ParamSpec("P")
PatientView = Callable[Concatenate[HttpRequest, Patient, P], HttpResponse]
StaffView = Callable[Concatenate[HttpRequest, StaffMember, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
# Session key: patient record chosen by a patient of several clinics.
CHOSEN_PATIENT = "patient"
# Session key: clinic chosen by a staff member of several clinics.
CHOSEN_CLINIC = "clinic"


def signed_in_user(request: HttpRequest) -> User | None:
    """Return the signed-in user, or None."""
    return request.user if request.user.is_authenticated else None


def patients_of(request: HttpRequest) -> list[Patient]:
    """Return the user's patient records, one per clinic, newest enrolment first; cached on the request.

    Withdrawn records are left out.
    """
    if not hasattr(request, "_patients"):
        user = signed_in_user(request)
        own = Patient.objects.taking_part().filter(user=user).select_related("clinic")
        patients = list(own.order_by("-enrolled_at", "pk")) if user else []
        for patient in patients:
            patient.user = cast(User, user)
        request._patients = patients  # type: ignore[attr-defined]
    return cast(list[Patient], request._patients)  # type: ignore[attr-defined]


def patient_of(request: HttpRequest) -> Patient | None:
    """Return the patient record of the chosen clinic, else the newest; None for other users."""
    if not hasattr(request, "_patient"):
        own = patients_of(request)
        chosen = request.session.get(CHOSEN_PATIENT) if len(own) > 1 else None
        patient = next((one for one in own if str(one.pk) == chosen), own[0] if own else None)
        request._patient = patient  # type: ignore[attr-defined]
    return cast(Patient | None, request._patient)  # type: ignore[attr-defined]


def bind_patient(request: HttpRequest, patient: Patient) -> None:
    """Bind the request to `patient`, so that the page shows that clinic's name and telephones."""
    request._patient = patient  # type: ignore[attr-defined]


def choose_patient(request: HttpRequest, patient: Patient) -> None:
    """Choose a patient record for the rest of the session."""
    request.session[CHOSEN_PATIENT] = str(patient.pk)
    bind_patient(request, patient)


def memberships_of(request: HttpRequest) -> list[StaffMember]:
    """Return the user's active staff memberships, with `has_second_factor`; cached on the request."""
    if not hasattr(request, "_memberships"):
        user = signed_in_user(request)
        own = StaffMember.objects.active().filter(user=user).select_related("clinic", "user").order_by("pk")
        second_factor = Exists(Authenticator.objects.filter(user=OuterRef("user")))
        found = list(own.annotate(has_second_factor=second_factor)) if user else []
        request._memberships = found  # type: ignore[attr-defined]
    return cast(list[StaffMember], request._memberships)  # type: ignore[attr-defined]


def staff_member_of(request: HttpRequest) -> StaffMember | None:
    """Return the membership of the chosen clinic, else the first; None for other users."""
    if not hasattr(request, "_staff_member"):
        own = memberships_of(request)
        chosen = request.session.get(CHOSEN_CLINIC) if len(own) > 1 else None
        member = next((member for member in own if member.clinic_id == chosen), own[0] if own else None)
        request._staff_member = member  # type: ignore[attr-defined]
    return cast(StaffMember | None, request._staff_member)  # type: ignore[attr-defined]


def bind_staff_member(request: HttpRequest, member: StaffMember) -> StaffMember:
    """Bind the request to `member`, so that the page shows that clinic's name and clock."""
    request._staff_member = member  # type: ignore[attr-defined]
    return member


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
    """Require a signed-in staff member: redirect to sign-in or to a required second factor, Http404 for others."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        member = staff_member_of(request)
        if member is None:
            raise Http404("not staff")
        if settings.STAFF_MFA == "required" and not getattr(member, "has_second_factor", False):
            return redirect("mfa_activate_totp")
        request._is_staff_page = True  # type: ignore[attr-defined]
        return view(request, member, *args, **kwargs)

    return cast("View[P]", guarded)
