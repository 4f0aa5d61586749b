"""Who is asking: the patient or the staff member behind a request. Records are then loaded through them."""

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
# In the session: the patient record that a patient of several clinics has chosen.
CHOSEN_PATIENT = "patient"
# In the session: the clinic that a staff member of several has chosen.
CHOSEN_CLINIC = "clinic"


def signed_in_user(request: HttpRequest) -> User | None:
    """The signed-in user, or None."""
    return request.user if request.user.is_authenticated else None


def patients_of(request: HttpRequest) -> list[Patient]:
    """Every patient record of who is signed in, one a clinic, the newest enrolment first; looked up once a request.

    One that was withdrawn opens no page.
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
    """The patient record of who is signed in: that of the chosen clinic, else the newest."""
    if not hasattr(request, "_patient"):
        own = patients_of(request)
        chosen = request.session.get(CHOSEN_PATIENT) if len(own) > 1 else None
        patient = next((one for one in own if str(one.pk) == chosen), own[0] if own else None)
        request._patient = patient  # type: ignore[attr-defined]
    return cast(Patient | None, request._patient)  # type: ignore[attr-defined]


def be_patient(request: HttpRequest, patient: Patient) -> None:
    """Let this request be one of `patient`: the page shows the name and the telephones of that clinic."""
    request._patient = patient  # type: ignore[attr-defined]


def choose_patient(request: HttpRequest, patient: Patient) -> None:
    """Let this session be one of `patient`, until another clinic is chosen."""
    request.session[CHOSEN_PATIENT] = str(patient.pk)
    be_patient(request, patient)


def memberships_of(request: HttpRequest) -> list[StaffMember]:
    """Every clinic for which who is signed in works now; looked up once a request, second factor included."""
    if not hasattr(request, "_memberships"):
        user = signed_in_user(request)
        own = StaffMember.objects.active().filter(user=user).select_related("clinic", "user").order_by("pk")
        second_factor = Exists(Authenticator.objects.filter(user=OuterRef("user")))
        found = list(own.annotate(has_second_factor=second_factor)) if user else []
        request._memberships = found  # type: ignore[attr-defined]
    return cast(list[StaffMember], request._memberships)  # type: ignore[attr-defined]


def staff_member_of(request: HttpRequest) -> StaffMember | None:
    """As whom a staff member acts: for the chosen clinic, else for the first."""
    if not hasattr(request, "_staff_member"):
        own = memberships_of(request)
        chosen = request.session.get(CHOSEN_CLINIC) if len(own) > 1 else None
        member = next((member for member in own if member.clinic_id == chosen), own[0] if own else None)
        request._staff_member = member  # type: ignore[attr-defined]
    return cast(StaffMember | None, request._staff_member)  # type: ignore[attr-defined]


def act_for(request: HttpRequest, member: StaffMember) -> StaffMember:
    """Let this request be one of `member`: the page shows the name and the clock of that clinic."""
    request._staff_member = member  # type: ignore[attr-defined]
    return member


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
        if settings.STAFF_MFA == "required" and not getattr(member, "has_second_factor", False):
            return redirect("mfa_activate_totp")
        request._is_staff_page = True  # type: ignore[attr-defined]
        return view(request, member, *args, **kwargs)

    return cast("View[P]", guarded)
