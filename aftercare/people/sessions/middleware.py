"""Middleware of sessions: whose one is, and nobody's while it is locked."""

from __future__ import annotations

from functools import partial

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from aftercare.people.models import User
from aftercare.people.sessions.activity import is_polled
from aftercare.people.sessions.backend import user_of_session
from aftercare.people.sessions.locking import lock_if_over, note_use


def signed_in(request: HttpRequest) -> User | AnonymousUser:
    """Return the signed-in user; anonymous if the session is locked, or is to be locked now."""
    now = timezone.now()
    if lock_if_over(request.session, now):
        return AnonymousUser()
    found = user_of_session(request)
    if not isinstance(found, User):
        return AnonymousUser()
    note_use(request, now)
    return found


class Sessions(SessionMiddleware):
    """Django's, but no answer to a script deletes the cookie of a session.

    A sign-in gives the session another key. What a script asked a moment before comes with the old one, finds no
    session, and its answer would delete the cookie that the browser has just been given.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and not cookie.value and is_polled(request):
            del response.cookies[settings.SESSION_COOKIE_NAME]
        return response


class SignedIn(AuthenticationMiddleware):
    """Django's, with the limits of sessions, which are looked at once somebody asks who is signed in."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        user = SimpleLazyObject(partial(signed_in, request))
        vars(request).update(user=user, auser=partial(sync_to_async(signed_in), request))
