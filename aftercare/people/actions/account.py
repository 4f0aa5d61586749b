"""Actions on the user's own account: name and telephone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, Patient, StaffMember, User, require_names
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
    event with the old values in its details.
    """
    user = User.objects.select_for_update().get(pk=by.pk)
    before = {name: kept(getattr(user, name)) for name in OWN_FIELDS}
    changed = [name for name in OWN_FIELDS if before[name] != kept(details[name])]
    if not changed:
        return []
    require_names({name: details[name] for name in changed})
    if account_version(user) != shown:
        raise ChangedMeanwhileError
    for name in changed:
        setattr(user, name, details[name])
    user.save(update_fields=changed)
    details = {
        "before": {name: before[name] for name in changed},
        "after": {name: kept(getattr(user, name)) for name in changed},
    }
    for member in StaffMember.objects.active().filter(user=user).select_related("clinic"):
        record_event(
            verb=Event.Verb.CHANGED_ACCOUNT,
            actor=user,
            now=now,
            clinic=member.clinic,
            data={"fields": changed},
            details=details,
        )
    for patient in Patient.objects.filter(user=user):
        record_event(
            verb=Event.Verb.CHANGED_ACCOUNT, actor=user, now=now, patient=patient, data={"fields": changed}
        )
    return changed
