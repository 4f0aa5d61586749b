"""Account pages of everybody who signs in: name, telephone, second factor, sessions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, cast

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import SessionBase
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftercare.people.access import View, companionships_of, patient_of, staff_member_of
from aftercare.people.accounts.forms import AccountForm
from aftercare.people.accounts.sessions import end_other_sessions, sessions_of
from aftercare.people.actions.account import ChangedMeanwhileError, account_version, change_account
from aftercare.people.models import User
from aftercare.people.requests import sender_of
from aftercare.people.second_step.session import has_second_step, way_to_second_step
from aftercare.people.sessions.locking import count_as_staff, is_own_device, set_own_device

P = ParamSpec("P")
OwnView = Callable[Concatenate[HttpRequest, User, P], HttpResponse]
MAY_EDIT_GUIDANCE = "wagtailadmin.access_admin"
ACCOUNT_PATH = "/accounts/"
TYPED = "typed_account"  # session key
LONGEST_KEPT = 200  # characters per field


def own_page(view: OwnView[P]) -> View[P]:
    """Require a staff member, editor or patient, and activate the clinic's time zone; 404 for others."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            keep_typed(request)
            return redirect_to_login(ACCOUNT_PATH if request.method == "POST" else request.get_full_path())
        user, member, patient = request.user, staff_member_of(request), patient_of(request)
        works = member is not None or user.has_perm(MAY_EDIT_GUIDANCE)
        if not works and patient is None:
            raise Http404("no account page")
        if way := way_of_owner_to_second_step(request, user, works=works):
            keep_typed(request)
            return redirect(way)
        if works:
            count_as_staff(request)
        sender_of(request).is_staff_page = member is not None
        clinic = member.clinic if member else patient.clinic if patient else None
        with timezone.override(clinic.zone if clinic else timezone.get_default_timezone()):
            return view(request, user, *args, **kwargs)

    return cast("View[P]", guarded)


def way_of_owner_to_second_step(request: HttpRequest, user: User, *, works: bool) -> str:
    """Return the URL of the second step that the session lacks; "" if none. Patients need not have one."""
    has_one = has_second_step(user)
    if not (works or has_one):
        return ""
    back = ACCOUNT_PATH if request.method == "POST" else request.get_full_path()
    return way_to_second_step(request, back, has_one=has_one)


def render_own(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = HTTPStatus.OK
) -> HttpResponse:
    """Render a page of the account in the frame of who is signed in."""
    base = "base_narrow.html"
    if staff_member_of(request):
        base = "base_staff.html"
    elif patient_of(request):
        base = "base_patient.html"
    return render(request, template, context | {"account_base": base}, status=status)


def is_only_a_patient(request: HttpRequest, user: User) -> bool:
    """Return True if the clinic keeps the person's name and telephone, on the patient record."""
    return staff_member_of(request) is None and not user.has_perm(MAY_EDIT_GUIDANCE)


def keep_typed(request: HttpRequest) -> None:
    """Keep typed values in the session of a signed-out user, until the next sign-in."""
    if request.method == "POST" and request.path == ACCOUNT_PATH:
        keep_account_form(request.session, request.POST)


def keep_account_form(session: SessionBase, posted: QueryDict) -> None:
    """Keep the values of a form that was not posted in time."""
    names = ("shown", *AccountForm.Meta.fields)
    session[TYPED] = {name: posted.get(name, "")[:LONGEST_KEPT] for name in names}


def typed_before(request: HttpRequest, user: User) -> dict[str, str]:
    """Return values typed by the same user on the same version of the page, once."""
    typed: dict[str, str] = request.session.pop(TYPED, {})
    return typed if typed.pop("shown", "") == account_version(user) else {}


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def account(request: HttpRequest, user: User) -> HttpResponse:
    """Show the account, or store a changed name or telephone of somebody who works here."""
    if is_only_a_patient(request, user):
        return redirect("account") if request.method == "POST" else account_of_patient(request, user)
    # A copy, so that invalid values do not appear in the page's header.
    form = AccountForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method != "POST":
        if typed := typed_before(request, user):
            form.initial.update(typed)
        return account_page(request, user, form, was_kept=bool(typed))
    if not form.is_valid():
        return account_page(request, user, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        change_account(
            by=user, now=timezone.now(), details=form.cleaned_data, shown=request.POST.get("shown", "")
        )
    except ChangedMeanwhileError:
        user.refresh_from_db()
        return account_page(request, user, form, HTTPStatus.CONFLICT)
    messages.success(request, _("Your details are saved."))
    return redirect("account")


def account_page(
    request: HttpRequest,
    user: User,
    form: AccountForm,
    status: int = HTTPStatus.OK,
    *,
    was_kept: bool = False,
) -> HttpResponse:
    """Render the account page, with a bound form or with values typed before signing in."""
    context = ways_in(request, user) | {
        "form": form,
        "shown": account_version(user),
        "stored": user if status == HTTPStatus.CONFLICT else None,
        "was_kept": was_kept,
    }
    return render_own(request, "people/accounts/account.html", context, status)


def account_of_patient(request: HttpRequest, user: User) -> HttpResponse:
    """Render the account page of a patient."""
    context = ways_in(request, user) | {"patient": patient_of(request)}
    return render_own(request, "people/accounts/account_of_patient.html", context)


def ways_in(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the pages show of the second step and the sessions."""
    kinds = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return {
        "has_app": Authenticator.Type.TOTP in kinds,
        "keys": kinds.count(Authenticator.Type.WEBAUTHN),
        "sessions": sessions_of(request, timezone.now()),
        "is_staff": not is_only_a_patient(request, user),
        "accompanies": bool(companionships_of(request)),
        "is_own_device": is_own_device(request.session),
        "now": timezone.now(),
    }


@require_safe
@own_page
def sessions(_request: HttpRequest, _user: User) -> HttpResponse:
    """Redirect to the account page, which lists the sessions."""
    return redirect("account")


@require_POST
@own_page
def end_session(request: HttpRequest, user: User, session_pk: int) -> HttpResponse:
    """End one of the user's sessions; 404 for other users' sessions."""
    session = get_object_or_404(UserSession, pk=session_pk, user=user)
    if session.session_key == request.session.session_key:
        return redirect("account_logout")
    session.end()
    messages.success(request, _("You are signed out there."))
    return redirect("account")


@require_POST
@own_page
def end_sessions(request: HttpRequest, user: User) -> HttpResponse:
    """End all other sessions of the user."""
    end_other_sessions(request, user, timezone.now())
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("account")


@require_POST
@own_page
def own_device(request: HttpRequest, _user: User) -> HttpResponse:
    """Store whether the device is the user's own: a passkey alone then unlocks it, also after a long time."""
    is_own = request.POST.get("own_device") == "yes"
    set_own_device(request.session, is_own=is_own)
    words = _("This device is your own.") if is_own else _("This device is no longer your own.")
    messages.success(request, words)
    return redirect("account")
