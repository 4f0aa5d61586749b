"""Adapter of allauth. There is no sign-up: patients and staff are enrolled."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from aftercare.outbox.background import Background
from aftercare.outbox.channels import from_address
from aftercare.people.client_address import client_address
from aftercare.people.clinics.sender_names import own_clinic_name
from aftercare.people.models import User

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 (in the place of a client's address, nothing listens on it)

logger = logging.getLogger(__name__)

_mails = Background("sign-in mail", 100)


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

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a sign-in mail outside the request: response times reveal no account and wait for no mail server."""
        mail = self.render_mail(template_prefix, email, context)
        mail.from_email = from_address(own_clinic_name(email))
        if not _mails.submit(mail.send):
            logger.error("a sign-in mail was dropped: too many are waiting for the mail server")

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Add error messages only; the next page shows that somebody is signed in."""
        if level >= messages.ERROR:
            super().add_message(request, level, *args, **kwargs)


def wait_for_mails() -> None:
    """Block until queued sign-in mails are sent."""
    _mails.wait()
