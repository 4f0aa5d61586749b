"""Single-use sign-in links."""

from __future__ import annotations

import secrets
from datetime import datetime

from aftercare.people.models import (
    SignInLink,
    User,
)


def make_sign_in_link(*, user: User, now: datetime, next_path: str = "") -> str:
    """Return the path of a single-use sign-in link, valid for 15 minutes."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        user=user, token_hash=SignInLink.hash_of(token), next_path=next_path, created_at=now
    )
    return f"/accounts/link/{token}/"


def sign_in_link_of(token: str) -> SignInLink | None:
    """Return the sign-in link of a token, with its user; None for an unknown token."""
    return SignInLink.objects.filter(token_hash=SignInLink.hash_of(token)).select_related("user").first()


def use_sign_in_link(*, token: str, now: datetime) -> SignInLink | None:
    """Use up a sign-in link and return it; None if it is used, expired or unknown."""
    link = sign_in_link_of(token)
    if link is None or not link.is_usable(now):
        return None
    used = SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now)
    return link if used else None
