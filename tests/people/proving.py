"""What a session has proved of its user, as allauth records it."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.test import Client

from aftercare.people.models import User


def prove(client: Client, user: User, method: str = "code", **details: Any) -> None:
    """Note in the session of a client that its user has proved to be there: by a mailed code, or another way."""
    if method == "code":
        details.setdefault("email", user.email)
    session = client.session
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [*records, {"method": method, "at": time.time(), **details}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
