"""Sessions of the signed-in user: the list of the account page, and ending all others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from aftercare.people.accounts.devices import device_name, is_held_in_a_hand
from aftercare.people.actions.withdrawal import end_sessions
from aftercare.people.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session of the user."""

    pk: int
    since: datetime
    name: str
    is_small: bool
    is_this: bool


def sessions_of(request: HttpRequest) -> list[SignedIn]:
    """Return the user's sessions: the current one, then the newest first."""
    here = request.session.session_key
    if not UserSession.objects.filter(session_key=here).exists():
        # A session from before sessions were recorded.
        UserSession.objects.create_from_request(request)
    found = [
        SignedIn(
            pk=one.pk,
            since=one.created_at,
            name=device_name(one.user_agent),
            is_small=is_held_in_a_hand(one.user_agent),
            is_this=one.session_key == here,
        )
        for one in UserSession.objects.purge_and_list(request.user)
    ]
    return sorted(found, key=lambda one: (not one.is_this, -one.since.timestamp()))


def end_other_sessions(request: HttpRequest, user: User, now: datetime) -> None:
    """End all other sessions of the user, also those from before sessions were recorded."""
    end_sessions(user, now)
    UserSession.objects.filter(user=user).delete()
    update_session_auth_hash(request, user)
    UserSession.objects.create_from_request(request)
