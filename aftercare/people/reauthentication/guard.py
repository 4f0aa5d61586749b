"""Re-authentication: what the session has proved lately, and the guard that asks for a new proof.

Who has a second step proves it again, who has none types a code that is mailed. A sign-in counts as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from aftercare.people.models import User
from aftercare.people.second_step.session import SECOND_STEP, first_way, has_second_step

P = ParamSpec("P")
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
Record = dict[str, Any]

MAILED_CODE = "code"  # methods in the records of allauth
LINK = "link"


def recent_records(request: HttpRequest) -> list[Record]:
    """Return what the session proved of its user within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds."""
    oldest = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return [record for record in get_authentication_records(request, request.user) if record["at"] > oldest]


def is_recent(request: HttpRequest) -> bool:
    """Return True if the signed-in user signed in or re-authenticated within the time limit.

    Counted are second steps, and for a user without one mailed codes and links that only the user can have.
    """
    records = recent_records(request)
    if any(record["method"] == SECOND_STEP for record in records):
        return True
    proofs = [record for record in records if record["method"] == MAILED_CODE or is_own_link(record)]
    return bool(proofs) and request.user.is_authenticated and not has_second_step(request.user)


def is_own_link(record: Record) -> bool:
    """Return True for a link that reached its user alone; an invitation on paper passes through other hands."""
    return record["method"] == LINK and bool(record.get("is_proof"))


def has_proved_address(request: HttpRequest, user: User) -> bool:
    """Return True if the user lately typed a code mailed to the present address, or used a passkey."""
    return any(
        record.get("type") == Authenticator.Type.WEBAUTHN
        or (record["method"] == MAILED_CODE and record.get("email", "").lower() == user.email)
        for record in recent_records(request)
    )


def ask(request: HttpRequest) -> HttpResponseBase:
    """Redirect to re-authentication, and from there back; a posted form is then handled as it was posted."""
    response: HttpResponseBase = suspend_request(request, first_way(request.user))
    return response


def ask_for_mailed_code(request: HttpRequest) -> HttpResponseBase:
    """Like `ask`, with a code to the present address, also where there is a second step."""
    response: HttpResponseBase = suspend_request(request, reverse("account_reauthenticate"))
    return response


def reauthentication_required(view: Guarded[P]) -> Guarded[P]:
    """Require a recent proof of who is signed in; signed-out users are left to the view."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated and not is_recent(request):
            return ask(request)
        return view(request, *args, **kwargs)

    return cast("Guarded[P]", guarded)
