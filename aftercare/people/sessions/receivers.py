"""Receiver of Django's signal of a sign-in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils import timezone

from aftercare.people.models import User
from aftercare.people.sessions.locking import begin


def begin_session(*, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Begin to count the time of the session."""
    begin(request, user, timezone.now())


def connect() -> None:
    """Connect the receiver."""
    user_logged_in.connect(begin_session, dispatch_uid="aftercare.people.begin_session")
