"""Actions on a patient's details: name, address, telephones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.people.actions.addresses import AddressInUseError, move_address
from aftercare.people.actions.events import record_event
from aftercare.people.actions.invitations import signs_in_elsewhere
from aftercare.people.models import Event, Patient, User, require_names

OF_THE_PERSON = ("first_name", "last_name", "email", "language")
OF_THE_RECORD = (
    *("date_of_birth", "guardian_name", "record_number"),
    *("call_back_telephone", "call_back_hours", "time_zone"),
)
# Details of the person, shared by several clinics and roles: changed only if no other uses them.
SHARED = ("first_name", "last_name", "email")
USED_ELSEWHERE = gettext_lazy("This person signs in elsewhere too. It can't be changed here.")


class ChangedMeanwhileError(ValueError):
    """The details are no longer those that the page showed."""


@transaction.atomic
def change_details(
    *, patient: Patient, by: User, now: datetime, details: Mapping[str, Any], shown: str = ""
) -> list[str]:
    """Store changed details with an event; return the names of those changed.

    Raise ValidationError for another user's address, and for a name or address that is in use elsewhere too;
    ChangedMeanwhileError if `shown`, the version that a page was drawn from, is not the stored one.
    """
    locked = Patient.objects.select_for_update().select_related("user").get(pk=patient.pk)
    if shown and shown != details_version(locked):
        raise ChangedMeanwhileError
    changed = [name for name in details if value_of(locked, name) != details[name]]
    if shared := [name for name in changed if name in shared_details(locked)]:
        raise ValidationError(dict.fromkeys(shared, USED_ELSEWHERE))
    require_names({name: details[name] for name in changed})
    if "email" in changed:
        move_to(locked, details["email"], by, now)
    for owner, names in ((locked.user, OF_THE_PERSON), (locked, OF_THE_RECORD)):
        own = [name for name in changed if name in names]
        for name in own:
            setattr(owner, name, details[name])
        if own:
            owner.save(update_fields=own)
    if changed:
        data = {"fields": changed}
        record_event(
            verb=Event.Verb.CHANGED_DETAILS, actor=by, now=now, patient=locked, subject=locked.pk, data=data
        )
    return changed


def shared_details(patient: Patient) -> tuple[str, ...]:
    """Return the names of the details that this clinic may not change, because others use them too.

    Nothing of a person who has not accepted the record changes. The address is fixed as soon as another clinic
    waits to be accepted: its invitation goes there.
    """
    if patient.is_pending:
        return OF_THE_PERSON
    if signs_in_elsewhere(patient):
        return SHARED
    return ("email",) if patient.user.patients.exclude(pk=patient.pk).exists() else ()


def details_version(patient: Patient) -> str:
    """Return a digest of the stored details, to detect concurrent changes."""
    values = [str(value_of(patient, name)) for name in (*OF_THE_PERSON, *OF_THE_RECORD)]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def value_of(patient: Patient, name: str) -> Any:
    """Return one detail as stored."""
    return getattr(patient.user if name in OF_THE_PERSON else patient, name)


def move_to(patient: Patient, address: str, by: User, now: datetime) -> None:
    """Change the sign-in address; raise ValidationError for that of somebody else."""
    try:
        move_address(user=patient.user, address=address, by=by, now=now)
    except AddressInUseError as error:
        raise ValidationError(
            {"email": _("Somebody else signs in with this address. Each person needs their own.")}
        ) from error
