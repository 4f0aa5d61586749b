"""Events of signing in and out."""

from __future__ import annotations

from datetime import datetime

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, User
from aftercare.people.second_step.session import SECOND_STEP

APP, PASSKEY, SPARE_CODE = "app", "passkey", "spare_code"
STEPS = {
    Authenticator.Type.TOTP: APP,
    Authenticator.Type.WEBAUTHN: PASSKEY,
    Authenticator.Type.RECOVERY_CODES: SPARE_CODE,
}
AT_SIGN_IN, AGAIN = "sign_in", "again"  # where a second step failed


def record_sign_in(request: HttpRequest, user: User, now: datetime) -> None:
    """Record that somebody signed in, and by which ways: "code" or "link", and the second step after it.

    A passkey that unlocks a session without either is the way itself.
    """
    data: dict[str, str] = {}
    for record in get_authentication_records(request, user):
        if record.get("passwordless"):
            data = {"way": PASSKEY}
        elif record["method"] == SECOND_STEP:
            data["second_step"] = STEPS[Authenticator.Type(record["type"])]
        else:
            data = {"way": record["method"]}
    record_event(verb=Event.Verb.SIGNED_IN, actor=user, now=now, data=data)


def record_sign_out(user: User, now: datetime) -> None:
    record_event(verb=Event.Verb.SIGNED_OUT, actor=user, now=now)


def record_failed_step(*, user: User, step: str, where: str, now: datetime) -> None:
    """Record a second step that did not fit: APP for a typed code or PASSKEY, AT_SIGN_IN or AGAIN."""
    data = {"second_step": step, "where": where}
    record_event(verb=Event.Verb.FAILED_SECOND_STEP, actor=user, now=now, data=data)
