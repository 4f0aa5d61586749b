"""Authentication backend of the portal."""

from __future__ import annotations

from contextvars import ContextVar

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from aftercare.people.models import User
from aftercare.people.models.hot_reads import user_alone, user_with_records
from aftercare.people.sessions.limits import IS_STAFF

# True while the user of a session is loaded that is not of staff.
with_records: ContextVar[bool] = ContextVar("with_records", default=False)


class PortalBackend(AuthenticationBackend):
    """allauth's, but a patient comes with the records that the sign-in opens, in one query."""

    def get_user(self, user_id: int) -> User | None:
        user = user_with_records(user_id) if with_records.get() else user_alone(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


def user_of_session(request: HttpRequest) -> User | AnonymousUser:
    """Return the user of a session as Django's `get_user` does; a session of staff is asked for no patient records."""
    token = with_records.set(not request.session.get(IS_STAFF))
    try:
        found: User | AnonymousUser = get_user(request)
    finally:
        with_records.reset(token)
    return found
