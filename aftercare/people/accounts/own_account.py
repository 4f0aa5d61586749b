"""Actions on the user's own account: name, telephone, sessions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from aftercare.people.accounts.devices import device_name, is_held_in_a_hand
from aftercare.people.actions import record_event
from aftercare.people.models import Event, Patient, StaffMember, User
from aftercare.people.patients.withdrawal import end_sessions
from aftercare.ui.telephones import kept

OWN_FIELDS = ("first_name", "last_name", "telephone")


class ChangedMeanwhileError(ValueError):
    """The account was changed in another tab since the page was drawn."""


def account_version(user: User) -> str:
    """Return a hash of the user's id and details, which changes with them."""
    text = "\n".join([str(user.pk), *(kept(getattr(user, name)) for name in OWN_FIELDS)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@transaction.atomic
def change_account(*, by: User, now: datetime, details: Mapping[str, Any], shown: str) -> list[str]:
    """Store changed details of the user's own account; return the names of those changed.

    `shown`: hash from the page; raise ChangedMeanwhileError if it is outdated. Each clinic of the user gets an
    event with the old values.
    """
    user = User.objects.select_for_update().get(pk=by.pk)
    before = {name: kept(getattr(user, name)) for name in OWN_FIELDS}
    changed = [name for name in OWN_FIELDS if before[name] != kept(details[name])]
    if not changed:
        return []
    if account_version(user) != shown:
        raise ChangedMeanwhileError
    for name in changed:
        setattr(user, name, details[name])
    user.save(update_fields=changed)
    data = {
        "before": {name: before[name] for name in changed},
        "after": {name: kept(getattr(user, name)) for name in changed},
    }
    for member in StaffMember.objects.active().filter(user=user).select_related("clinic"):
        record_event(verb=Event.Verb.CHANGED_ACCOUNT, actor=user, now=now, clinic=member.clinic, data=data)
    for patient in Patient.objects.filter(user=user):
        record_event(
            verb=Event.Verb.CHANGED_ACCOUNT, actor=user, now=now, patient=patient, data={"fields": changed}
        )
    return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session of the user."""

    pk: int
    since: datetime
    name: str
    is_small: bool
    is_this: bool


def sessions_of(request: HttpRequest) -> list[SignedIn]:
    """Return the user's sessions: the current one, then the newest first."""
    here = request.session.session_key
    if not UserSession.objects.filter(session_key=here).exists():
        # A session from before sessions were recorded.
        UserSession.objects.create_from_request(request)
    found = [
        SignedIn(
            pk=one.pk,
            since=one.created_at,
            name=device_name(one.user_agent),
            is_small=is_held_in_a_hand(one.user_agent),
            is_this=one.session_key == here,
        )
        for one in UserSession.objects.purge_and_list(request.user)
    ]
    return sorted(found, key=lambda one: (not one.is_this, -one.since.timestamp()))


def end_other_sessions(request: HttpRequest, user: User, now: datetime) -> None:
    """End all other sessions of the user, also those from before sessions were recorded."""
    end_sessions(user, now)
    UserSession.objects.filter(user=user).delete()
    update_session_auth_hash(request, user)
    UserSession.objects.create_from_request(request)
