"""Who is asking: the patient or the staff member behind a request. Records are then loaded through them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from aftercare.people.models import Patient, StaffMember, User

P = ParamSpec("P")
PatientView = Callable[Concatenate[HttpRequest, Patient, P], HttpResponse]
StaffView = Callable[Concatenate[HttpRequest, StaffMember, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in_user(request: HttpRequest) -> User | None:
    """The signed-in user, or None."""
    return request.user if request.user.is_authenticated else None


def patient_of(request: HttpRequest) -> Patient | None:
    """The patient record of who is signed in, the newest enrolment first; looked up once a request."""
    if not hasattr(request, "_patient"):
        user = signed_in_user(request)
        own = Patient.objects.filter(user=user).select_related("clinic").order_by("-enrolled_at")
        patient = own.first() if user else None
        if user and patient:
            patient.user = user
        request._patient = patient  # type: ignore[attr-defined]
    return cast(Patient | None, request._patient)  # type: ignore[attr-defined]


def staff_member_of(request: HttpRequest) -> StaffMember | None:
    """The staff membership of who is signed in; looked up once a request."""
    if not hasattr(request, "_staff_member"):
        user = signed_in_user(request)
        own = StaffMember.objects.active().filter(user=user).select_related("clinic", "user").order_by("pk")
        request._staff_member = own.first() if user else None  # type: ignore[attr-defined]
    return cast(StaffMember | None, request._staff_member)  # type: ignore[attr-defined]


def patient_required(view: PatientView[P]) -> View[P]:
    """Sign in first; a page for patients does not exist for anybody else (404)."""

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
    """Sign in first, with a second factor where the clinic requires one; 404 for who is not staff."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        member = staff_member_of(request)
        if member is None:
            raise Http404("not staff")
        if settings.STAFF_MFA == "required" and not is_mfa_enabled(request.user):
            return redirect("mfa_activate_totp")
        return view(request, member, *args, **kwargs)

    return cast("View[P]", guarded)
