"""Views with which a person changes the address they sign in with: prove the old one, then the new one."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import cast

from allauth.account.adapter import get_adapter
from allauth.account.forms import BaseConfirmCodeForm
from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from aftercare.people.access import View
from aftercare.people.accounts.sessions import end_other_sessions
from aftercare.people.accounts.views import OwnView, own_page
from aftercare.people.actions.addresses import AddressInUseError, change_own_address
from aftercare.people.models import User
from aftercare.people.own_address.codes import NewAddressCode
from aftercare.people.own_address.forms import NewAddressForm
from aftercare.people.reauthentication.guard import (
    MAILED_CODE,
    ask,
    ask_for_mailed_code,
    has_proved_address,
    is_recent,
)


def address_page(view: OwnView[[]]) -> View[[]]:
    """Require an own page after a recent proof of the user and of the present address."""

    @wraps(view)
    def guarded(request: HttpRequest, user: User) -> HttpResponse:
        if not is_recent(request):
            return cast(HttpResponse, ask(request))
        if not has_proved_address(request, user):
            return cast(HttpResponse, ask_for_mailed_code(request))
        return view(request, user)

    return own_page(cast("OwnView[[]]", guarded))


@require_http_methods(["GET", "HEAD", "POST"])
@address_page
def new_address(request: HttpRequest, user: User) -> HttpResponse:
    """Ask for the new address, and mail a code there. An address in use is answered in the same way."""
    form = NewAddressForm(request.POST or None, present=user.email)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid() and send_code(request, form.cleaned_data["email"]):
            return redirect("confirm_own_address")
    return render(request, "people/own_address/new_address.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@address_page
def confirm_address(request: HttpRequest, user: User) -> HttpResponse:
    """Take the code from the new address, and change the address."""
    pending = NewAddressCode.pending(request)
    if pending is None:
        return begin_anew(request, _("This code is too old. Type the new address again."))
    if request.POST.get("action") == "resend":
        send_code(request, pending.email)
        return redirect("confirm_own_address")
    form = BaseConfirmCodeForm(request.POST or None, code=pending.code)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            return change(request, user, pending)
        if not pending.record_invalid_attempt():
            return begin_anew(request, _("That was the wrong code three times. Type the new address again."))
    context = {"form": form, "address": pending.email}
    return render(request, "people/own_address/confirm_address.html", context, status=status)


def send_code(request: HttpRequest, email: str) -> bool:
    """Mail a code; return False, with a message, if too many were asked for."""
    if NewAddressCode.start(request, email):
        return True
    messages.error(request, get_adapter().error_messages["too_many_login_attempts"])
    return False


def begin_anew(request: HttpRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("change_own_address")


def change(request: HttpRequest, user: User, pending: NewAddressCode) -> HttpResponse:
    """Change the address, and end every other session."""
    now = timezone.now()
    pending.abort()
    try:
        change_own_address(by=user, address=pending.email, now=now)
    except AddressInUseError:
        return begin_anew(request, _("This address cannot be used. Type another one."))
    end_other_sessions(request, user, now)
    record_authentication(request, user, method=MAILED_CODE, email=user.email, reauthenticated=True)
    messages.success(request, _("You now sign in with the new address. You are signed out everywhere else."))
    return redirect("account")
