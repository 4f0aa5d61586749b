"""Authentication backend of the portal."""

from __future__ import annotations

from contextvars import ContextVar
from typing import cast

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from aftercare.people.models import User
from aftercare.people.models.hot_reads import user_alone
from aftercare.people.sessions.limits import IS_STAFF
from aftercare.people.sessions.store import SessionStore

# The session whose user is loaded with patient records; None where that is not asked for.
with_records_of: ContextVar[SessionStore | None] = ContextVar("with_records_of", default=None)


class PortalBackend(AuthenticationBackend):
    """allauth's, but a patient comes with the records that the sign-in opens, in one query."""

    def get_user(self, user_id: int) -> User | None:
        session = with_records_of.get()
        user = user_alone(user_id) if session is None else session.user_with_records(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


def user_of_session(request: HttpRequest) -> User | AnonymousUser:
    """Return the user of a session as Django's `get_user` does; a session of staff is asked for no patient records."""
    session = cast("SessionStore", request.session)
    token = with_records_of.set(None if session.get(IS_STAFF) else session)
    try:
        found: User | AnonymousUser = get_user(request)
    finally:
        with_records_of.reset(token)
    return found
