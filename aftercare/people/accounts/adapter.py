"""Adapter of allauth. There is no sign-up: patients and staff are enrolled."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aftercare.people.accounts.code_mails import send_code_mail
from aftercare.people.actions.code_requests import user_who_signs_in_with
from aftercare.people.client_address import client_address
from aftercare.people.clinics.sender_names import own_clinic_name
from aftercare.people.factors.sign_ins import record_sign_in, record_sign_out
from aftercare.people.models import User
from aftercare.people.reauthentication.guard import is_recent

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 (in the place of a client's address, nothing listens on it)

SIGN_IN_CODE = "account/email/login_code"  # allauth's name of the mail


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("You have asked for several codes. Wait a minute, then ask again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: accounts come from enrolment."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's address, or 0.0.0.0 if it is unknown; allauth would refuse the request."""
        return client_address(request) or UNKNOWN_ADDRESS

    def format_email_subject(self, subject: str) -> str:
        """Return the subject without a site name in front."""
        return subject

    def pre_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse | None:
        """Refuse a code if the address that it was sent to is no longer the user's."""
        if login["email"] and login["email"].lower() != user.email:
            clear_login(request)
            return redirect("account_request_login_code")
        response: HttpResponse | None = super().pre_login(request, user, **login)
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        record_sign_in(request, user, timezone.now())

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            record_sign_out(request.user, timezone.now())
        super().logout(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return True unless the session has proved its user lately, as the guard of the portal counts it."""
        return not is_recent(context.request)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Return the ways to re-authenticate, the first to be offered first: a second step, else a mailed code."""
        if not user.is_authenticated:
            return []
        kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        ways = []
        if Authenticator.Type.WEBAUTHN in kinds:
            ways.append(("mfa_reauthenticate_webauthn", gettext("Use a fingerprint, screen lock or key")))
        if kinds - {Authenticator.Type.WEBAUTHN}:
            ways.append(("mfa_reauthenticate", gettext("Use the code of your app, or a spare code")))
        if not kinds:
            ways.append(("account_reauthenticate", gettext("Use a code from your e-mail")))
        return [{"id": name, "description": words, "url": reverse(name)} for name, words in ways]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail with a code by the outbox, so that the request waits for no mail server.

        A code to sign in with an address that nobody has takes the same work, and is dropped at the end.
        """
        mail = self.render_mail(template_prefix, email, context)
        is_to_sign_in = template_prefix == SIGN_IN_CODE
        user = user_who_signs_in_with(email) if is_to_sign_in else context["request"].user
        send_code_mail(mail=mail, user=user, sender_name=own_clinic_name(email), now=timezone.now())

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Add error messages only; the next page shows that somebody is signed in."""
        if level >= messages.ERROR:
            super().add_message(request, level, *args, **kwargs)
