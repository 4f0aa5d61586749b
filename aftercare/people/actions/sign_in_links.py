"""Single-use sign-in links; and links that somebody other than their owner opens: refused, and kept as an event."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from aftercare.people.actions.events import record_event
from aftercare.people.models import Clinic, Event, Patient, SignInLink, StaffMember, User

# The same link opened again by the same user within this time is one event.
REPEAT_WINDOW = timedelta(hours=1)
STAFF, OTHER = "staff", "other"


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


def refusal_of_link(
    *,
    owner: User,
    by: User | None,
    now: datetime,
    subject: UUID | None = None,
    patient: Patient | None = None,
    clinic: Clinic | None = None,
) -> str:
    """Return why a link is refused to the signed-in user, with an event; "" for its owner and for nobody.

    STAFF: the user works for a clinic, and opens no link of another person. OTHER: anybody else, who may sign out
    and let the owner use it.
    """
    if by is None or by.pk == owner.pk:
        return ""
    data = {"user": owner.pk}
    earlier = Event.objects.filter(verb=Event.Verb.REFUSED_LINK, actor=by, subject=subject, data=data)
    if not earlier.filter(at__gt=now - REPEAT_WINDOW).exists():
        record_event(
            verb=Event.Verb.REFUSED_LINK,
            actor=by,
            now=now,
            patient=patient,
            clinic=clinic,
            subject=subject,
            data=data,
        )
    return STAFF if StaffMember.objects.active().filter(user=by).exists() else OTHER
