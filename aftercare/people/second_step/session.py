"""The second step of signing in: whether a user has one, and whether the session has passed it."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse

from aftercare.people.models import User

SECOND_STEP = "mfa"  # method in the records of allauth


def has_second_step(user: User) -> bool:
    """Return True if the user has an app, a passkey or a key."""
    spare = Authenticator.Type.RECOVERY_CODES
    has_one: bool = Authenticator.objects.filter(user=user).exclude(type=spare).exists()
    return has_one


def passed_second_step_at(request: HttpRequest) -> datetime | None:
    """Return when this session last passed the second step of its user; None if it has not."""
    records = get_authentication_records(request, request.user)
    passed = [record["at"] for record in records if record["method"] == SECOND_STEP]
    return datetime.fromtimestamp(max(passed), UTC) if passed else None


def way_to_second_step(request: HttpRequest, back: str, *, has_one: bool) -> str:
    """Return the URL of the step that this session lacks, and which leads to the path `back`; "" if it lacks none.

    A user who has a second step passes it once in each session. One without sets it up where STAFF_MFA says so.
    """
    if has_one:
        return "" if passed_second_step_at(request) else way_to_ask(request, back)
    return reverse("mfa_activate_totp") if settings.STAFF_MFA == "required" else ""


def first_way(user: User | AnonymousUser) -> str:
    """Return the path of the page for the proof that is asked of this user first."""
    path: str = get_adapter().get_reauthentication_methods(user)[0]["url"]
    return path


def way_to_ask(request: HttpRequest, back: str) -> str:
    """Return the URL that asks for a proof and leads to the path `back` after it."""
    return f"{first_way(request.user)}?{urlencode({REDIRECT_FIELD_NAME: back})}"
