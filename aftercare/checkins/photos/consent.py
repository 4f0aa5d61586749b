"""A patient's consent to sending pictures: asked before the first one, taken back at any time."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aftercare.checkins.models import CONSENT_VERSION, Photo
from aftercare.people.actions.events import record_event
from aftercare.people.models import Event, Patient


def has_agreed(patient: Patient) -> bool:
    """Return True if the patient has agreed to the text as it is now, and has not taken that back."""
    return bool(patient.photo_consents.filter(version=CONSENT_VERSION, ended_at=None).exists())


@transaction.atomic
def agree_to_photos(*, patient: Patient, now: datetime) -> None:
    """Record the consent to the present text; nothing changes where it stands already."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    if has_agreed(patient):
        return
    patient.photo_consents.filter(ended_at=None).update(ended_at=now)
    patient.photo_consents.create(version=CONSENT_VERSION, given_at=now)
    record_event(
        verb=Event.Verb.AGREED_TO_PHOTOS,
        actor=patient.user,
        now=now,
        patient=patient,
        data={"version": CONSENT_VERSION},
    )


@transaction.atomic
def end_photo_consent(*, patient: Patient, now: datetime) -> None:
    """Record that the patient takes the consent back, and remove every picture."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    ended = patient.photo_consents.filter(ended_at=None).update(ended_at=now)
    removed = remove_all(patient, now)
    if ended or removed:
        record_event(
            verb=Event.Verb.ENDED_PHOTOS,
            actor=patient.user,
            now=now,
            patient=patient,
            data={"photos": removed},
        )


def remove_all(patient: Patient, now: datetime) -> int:
    """Empty the key of every picture, which nobody can read from then on; return how many there were.

    The files are deleted by a task (upkeep.py). Called within a transaction.
    """
    return Photo.objects.filter(patient=patient, deleted_at=None).update(key="", deleted_at=now)
