"""Codes mailed to prove an address; a pending code is kept in the session."""

from __future__ import annotations

from typing import Any, ClassVar, Self, cast

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from django.http import HttpRequest
from django.utils import timezone

from aftercare.people.actions.code_requests import MAILS_A_MINUTE, ask_for_code, pressed_within_a_minute
from aftercare.people.client_address import client_network
from aftercare.people.models import User

PRESSES = "code_presses"  # session key: when this browser asked for codes lately, in seconds since 1970


class MailedCode(AbstractCodeVerificationProcess):
    """A code with three tries and fifteen minutes, as at sign-in. Subclasses name the session key and the mail."""

    session_key: ClassVar[str]
    mail: ClassVar[str]

    def __init__(self, request: HttpRequest, state: dict[str, Any]) -> None:
        self.request = request
        super().__init__(
            state=state,
            timeout=app_settings.LOGIN_BY_CODE_TIMEOUT,
            max_attempts=app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS,
            user=request.user,
        )

    @classmethod
    def start(cls, request: HttpRequest, email: str) -> bool:
        """Mail a new code in place of any pending one; return False if this browser asked too often for it.

        Beyond the limits of the mailbox none is mailed, and the pages say the same.
        """
        now = timezone.now()
        presses = pressed_within_a_minute(request.session.get(PRESSES, []), now)
        if len(presses) >= MAILS_A_MINUTE:
            return False
        request.session[PRESSES] = [*presses, now.timestamp()]
        process = cls(request, cls.initial_state(user=request.user, email=email))
        process.state["code"] = get_adapter().generate_login_code()
        user = cast(User, request.user)
        if ask_for_code(email=email, user=user, network=client_network(request), now=now).is_mailed:
            process.send()
        process.persist()
        return True

    @classmethod
    def pending(cls, request: HttpRequest) -> Self | None:
        """Return the pending code of the signed-in user, or None if there is none or it is too old."""
        state = request.session.get(cls.session_key)
        if state is None or state.get("user_id") != cls.initial_state(user=request.user)["user_id"]:
            return None
        process: Self | None = cls(request, state).abort_if_invalid()
        return process

    @property
    def email(self) -> str:
        """The address to which the code was mailed."""
        return str(self.state["email"])

    def send(self) -> None:
        get_adapter().send_mail(self.mail, self.email, {"request": self.request, "code": self.code})

    def persist(self) -> None:
        self.request.session[self.session_key] = self.state

    def abort(self) -> None:
        self.request.session.pop(self.session_key, None)


class ReauthenticationCode(MailedCode):
    """A code to the present address of the signed-in user."""

    session_key = "reauthentication_code"
    mail = "account/email/reauthentication_code"
