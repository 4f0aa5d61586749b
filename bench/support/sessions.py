"""Sessions created directly in the database, so that signing in is not measured.

They were used just before: once an hour a page of a patient writes down the last use, with two statements.
"""

from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.utils import timezone

from aftercare.people.sessions.limits import USED_AT


def signed_in(users: Iterable[AbstractBaseUser]) -> list[str]:
    """Return a new session key for each user, in order."""
    # The floor has Django's own sessions.
    session_store = import_module(settings.SESSION_ENGINE).SessionStore
    expires = timezone.now() + timedelta(days=1)
    rows = []
    for user in users:
        store = session_store()
        content = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            USED_AT: timezone.now().timestamp(),
        }
        key = store._get_new_session_key()
        rows.append(Session(session_key=key, session_data=store.encode(content), expire_date=expires))
    Session.objects.bulk_create(rows)
    return [row.session_key for row in rows]
