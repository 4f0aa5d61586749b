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
from aftercare.people.sessions.limits import SessionTimes
from aftercare.people.sessions.locking import OWN_DEVICE, is_locked, is_own_device, set_own_device


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session of the user: its device, since when, its last use, and whether it is locked."""

    pk: int
    since: datetime
    used_at: datetime
    name: str
    is_small: bool
    is_this: bool
    is_locked: bool
    is_own_device: bool


def sessions_of(request: HttpRequest, now: datetime) -> list[SignedIn]:
    """Return the user's sessions: the current one, then the last used first."""
    here = request.session.session_key
    if not UserSession.objects.filter(session_key=here).exists():
        # A session from before sessions were recorded.
        UserSession.objects.create_from_request(request)
    found = [signed_in(one, here, now) for one in UserSession.objects.purge_and_list(request.user)]
    return sorted(found, key=lambda one: (not one.is_this, -one.used_at.timestamp()))


def signed_in(one: UserSession, here: str | None, now: datetime) -> SignedIn:
    is_this = one.session_key == here
    return SignedIn(
        pk=one.pk,
        since=one.created_at,
        used_at=one.last_seen_at,
        name=device_name(one.user_agent),
        is_small=is_held_in_a_hand(one.user_agent),
        is_this=is_this,
        is_locked=not is_this and is_locked_or_due(one, now),
        is_own_device=bool(one.data.get(OWN_DEVICE)),
    )


def is_locked_or_due(one: UserSession, now: datetime) -> bool:
    """Return True if a session is locked, or will be at its next request."""
    store = one._session_store(one.session_key)
    times = SessionTimes.of(store, now)
    return is_locked(store) or (times is not None and times.is_over(now))


def end_other_sessions(request: HttpRequest, user: User, now: datetime) -> None:
    """End all other sessions of the user, also those from before sessions were recorded."""
    is_own = is_own_device(request.session)
    end_sessions(user, now)
    UserSession.objects.filter(user=user).delete()
    update_session_auth_hash(request, user)
    UserSession.objects.create_from_request(request)
    set_own_device(request.session, is_own=is_own)
