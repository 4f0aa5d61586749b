"""Views of sessions of staff: how long they still last, and unlocking one by passkey or by mailed code."""

from __future__ import annotations

from http import HTTPStatus

from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as passkeys
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.forms import BooleanField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from fido2.webauthn import UserVerificationRequirement

from aftercare.people.access import staff_member_of
from aftercare.people.accounts.second_step_views import note_failure
from aftercare.people.accounts.sign_in_forms import UseKeyForm
from aftercare.people.accounts.sign_in_views import begin_code, is_just_asked_for
from aftercare.people.factors.sign_ins import AT_SIGN_IN, record_sign_out
from aftercare.people.login import note_address, safe_path
from aftercare.people.models import User
from aftercare.people.sessions.limits import WARNING, SessionTimes
from aftercare.people.sessions.locking import (
    Lock,
    is_locked,
    is_own_device,
    keep_sign_in,
    locked_user,
    set_own_device,
)
from aftercare.ui.times import staff_clock


class UnlockForm(UseKeyForm):
    """A passkey, and whether the device is its user's own."""

    passwordless = True
    own_device = BooleanField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def session_time(request: HttpRequest) -> JsonResponse:
    """Return the seconds that the session of staff still has; a POST, by somebody who is there, renews them.

    `left` is null where no limit holds; `is_locked` tells a locked session from one that is over.
    """
    now, user = timezone.now(), request.user
    if not user.is_authenticated:
        return JsonResponse({"left": 0, "is_locked": is_locked(request.session)})
    times = SessionTimes.of(request.session, now)
    if times is None:
        return JsonResponse({"left": None})
    left = (times.ends_at - now).total_seconds()
    found: dict[str, object] = {"left": left, "is_final": times.is_limit_absolute}
    if left <= WARNING.total_seconds():
        member = staff_member_of(request)
        zone = member.clinic.zone if member else timezone.get_default_timezone()
        with timezone.override(zone):
            found["at"] = staff_clock(times.ends_at, now)
    return JsonResponse(found)


def may_use_passkey(request: HttpRequest, user: User, lock: Lock) -> bool:
    """Return True if a passkey alone unlocks: it is the user's, and the sign-in is young or the device their own."""
    has_one = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()
    return has_one and (not lock.is_too_old(timezone.now()) or is_own_device(request.session))


@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Return what the browser needs to ask for a passkey, or unlock the session with it."""
    lock, user = Lock.of(request.session), locked_user(request)
    if lock is None or user is None:
        return redirect(safe_path(request, request.POST.get(REDIRECT_FIELD_NAME, "")))
    if not may_use_passkey(request, user, lock):
        return to_locked(request, _("Use a code from your e-mail this time."))
    if request.method != "POST":
        return JsonResponse({"request_options": ask_for_passkey(user)})
    form = UnlockForm(request.POST, user=user)
    if not form.is_valid():
        note_failure(form, user, AT_SIGN_IN)
        return to_locked(request, _("That did not work. Try again, or use another way."))
    return unlock_with(request, form, user, lock)


def ask_for_passkey(user: User) -> dict[str, object]:
    """Return the options for the browser. The device asks for a finger, a face or a PIN: two steps in one."""
    options, state = passkeys.get_server().authenticate_begin(
        credentials=passkeys.get_credentials(user), user_verification=UserVerificationRequirement.REQUIRED
    )
    passkeys.set_state(state)
    return dict(options)


def unlock_with(request: HttpRequest, form: UnlockForm, user: User, lock: Lock) -> HttpResponse:
    """Sign the user of the lock in; the time since the sign-in goes on, unless it was over."""
    is_over = lock.is_too_old(timezone.now())
    path = safe_path(request, request.POST.get(REDIRECT_FIELD_NAME, ""))
    key, login = form.cleaned_data["credential"], Login(user=user, redirect_url=path)
    response: HttpResponse = perform_passwordless_login(request, key, login)
    if not is_over:
        keep_sign_in(request.session, lock)
    if form.cleaned_data["own_device"]:
        set_own_device(request.session, is_own=True)
    return response


@require_POST
def unlock_with_code(request: HttpRequest) -> HttpResponse:
    """Mail a code to the user of the locked session, and ask for it."""
    path, user = safe_path(request, request.POST.get(REDIRECT_FIELD_NAME, "")), locked_user(request)
    if user is None:
        return redirect(path)
    note_address(request.session, user.email)
    if not is_just_asked_for(request, user.email):
        begin_code(request, user.email)
    query = urlencode({REDIRECT_FIELD_NAME: path})
    return HttpResponseRedirect(f"{reverse('account_confirm_login_code')}?{query}")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End a locked session for somebody else, who signs in next: nothing of its user is kept."""
    user = locked_user(request)
    if user is not None:
        record_sign_out(user, timezone.now())
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        request.session.flush()
    return redirect(settings.LOGIN_URL)


def to_locked(request: HttpRequest, why: str) -> HttpResponse:
    """Return to the locked page with a message, keeping the page that was left."""
    if request.method != "POST":
        return JsonResponse({}, status=HTTPStatus.CONFLICT)
    messages.error(request, why)
    path = safe_path(request, request.POST.get(REDIRECT_FIELD_NAME, ""))
    return HttpResponseRedirect(
        f"{resolve_url(settings.LOCKED_URL)}?{urlencode({REDIRECT_FIELD_NAME: path})}"
    )
