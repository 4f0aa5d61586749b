"""Keys under which a phone keeps what is one person's: they say nothing about whose they are."""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "aftercare.people.person_keys"
HEADER = "X-Aftercare-Person"
NOBODY = "-"  # in the header of a page that nobody is signed in to
LENGTH = 32


def person_keys(user_pk: object) -> list[str]:
    """Return the key of a user, then those under former secrets: the phone may have kept something under one."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [
        salted_hmac(SALT, str(user_pk), secret=secret, algorithm="sha256").hexdigest()[:LENGTH]
        for secret in secrets
    ]
