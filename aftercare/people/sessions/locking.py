"""Locks of sessions: nobody is signed in any more, and the session remembers whose it was.

While a session is locked, `request.user` is anonymous everywhere (`aftercare.people.sessions.middleware`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from aftercare.people.models import StaffMember, User
from aftercare.people.sessions.activity import is_activity
from aftercare.people.sessions.limits import (
    IS_STAFF,
    NOTED_EVERY,
    NOTED_EVERY_OF_PATIENTS,
    SIGNED_IN_AT,
    STAFF_ABSOLUTE,
    USED_AT,
    SessionTimes,
    instant_in,
)

KEY = "locked"  # session key
UNUSED, TOO_OLD, ASKED = "unused", "too_old", "asked"
EDITS = "wagtailadmin.access_admin"
OWN_DEVICE = "own_device"  # in the data of a UserSession: its user has said that the device is their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Since when a session is locked and why, and since when its user had been signed in."""

    at: datetime
    why: str
    signed_in_at: datetime

    @classmethod
    def of(cls, session: SessionBase) -> Self | None:
        """Return the lock of a session, or None."""
        found = session.get(KEY)
        if found is None:
            return None
        at = datetime.fromtimestamp(found["at"], UTC)
        return cls(at=at, why=found["why"], signed_in_at=instant_in(session, SIGNED_IN_AT) or at)

    def is_too_old(self, now: datetime) -> bool:
        """Return True if so long after the sign-in a whole new one is asked for."""
        return now - self.signed_in_at >= STAFF_ABSOLUTE


def lock(session: SessionBase, now: datetime, why: str) -> None:
    """Lock a session. What was proved in it counts no more."""
    if KEY in session:
        return
    session[KEY] = {"at": now.timestamp(), "why": why}
    session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)


def is_locked(session: SessionBase) -> bool:
    """Return True if the session is locked."""
    return KEY in session


def lock_if_over(session: SessionBase, now: datetime) -> bool:
    """Lock a session of staff whose time is over; return True if it is locked."""
    times = None if is_locked(session) else SessionTimes.of(session, now)
    if times is not None and times.is_over(now):
        lock(session, now, TOO_OLD if times.is_limit_absolute else UNUSED)
    return is_locked(session)


def locked_user(request: HttpRequest) -> User | None:
    """Return the user whose locked session it is; None if it is not locked, or was ended from elsewhere."""
    if not is_locked(request.session):
        return None
    found = get_user(request)
    if not isinstance(found, User):
        request.session.flush()
        return None
    return found


def begin(request: HttpRequest, user: User, now: datetime) -> None:
    """Begin to count the time of a session whose user has just signed in; a lock ends with it."""
    session = request.session
    if is_locked(session):
        del session[KEY]
        give_new_key(session)
    session[SIGNED_IN_AT] = session[USED_AT] = now.timestamp()
    session[IS_STAFF] = is_staff(user)


def give_new_key(session: SessionBase) -> None:
    """Give a session another key: whoever knew the one from before the lock has nothing in hand."""
    before = session.session_key
    session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=session.session_key)


def keep_sign_in(session: SessionBase, lock: Lock) -> None:
    """Let the time since the sign-in go on after a lock."""
    session[SIGNED_IN_AT] = lock.signed_in_at.timestamp()


def is_staff(user: User) -> bool:
    """Return True if the user works for a clinic or edits its guidance."""
    return StaffMember.objects.active().filter(user=user).exists() or user.has_perm(EDITS)


def count_as_staff(request: HttpRequest) -> None:
    """Let the limits of staff hold for a session that has opened a page of staff, from now on."""
    session = request.session
    if not session.get(IS_STAFF):
        now = timezone.now().timestamp()
        session[IS_STAFF] = True
        session[SIGNED_IN_AT], session[USED_AT] = session.get(SIGNED_IN_AT, now), now


def note_use(request: HttpRequest, now: datetime) -> None:
    """Write down that a person uses the session, unless that was done just now."""
    session = request.session
    noted = instant_in(session, USED_AT)
    if noted is not None and timedelta(0) <= now - noted < noted_every(session):
        return
    if is_activity(request):
        session[USED_AT] = now.timestamp()
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)


def noted_every(session: SessionBase) -> timedelta:
    return NOTED_EVERY if session.get(IS_STAFF) else NOTED_EVERY_OF_PATIENTS


def is_own_device(session: SessionBase) -> bool:
    """Return True if the user has said that the device of the session is their own."""
    found = UserSession.objects.filter(session_key=session.session_key).first()
    return found is not None and bool(found.data.get(OWN_DEVICE))


def set_own_device(session: SessionBase, *, is_own: bool) -> None:
    """Store whether the device of the session is its user's own."""
    UserSession.objects.filter(session_key=session.session_key).update(data={OWN_DEVICE: is_own})
