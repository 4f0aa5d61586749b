"""Actions on pictures: take one in, and remove one. A check-in never waits for either."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import BoundedSemaphore
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from aftercare.checkins.models import MOST_PHOTOS, CheckIn, Photo, PhotoArea
from aftercare.checkins.models.photos import STORING_SECONDS
from aftercare.checkins.photos import files
from aftercare.checkins.photos.consent import has_agreed
from aftercare.checkins.photos.decoding import Picture, decode
from aftercare.people.actions.events import record_event
from aftercare.people.encryption.files import new_file_key
from aftercare.people.models import Event, Patient, User

# A process answers few requests at a time (aftercare/incoming/slow_clients.py): pictures hold one of its threads.
_taking_in = BoundedSemaphore(1)


class BusyError(Exception):
    """A picture is being taken in, perhaps this one: send it again in a moment."""


class NoConsentError(ValueError):
    """The patient has not agreed to send pictures."""


class TooManyPhotosError(ValueError):
    """The check-in has six pictures already."""


def add_photo(
    *, patient: Patient, check_in: CheckIn, area: PhotoArea, token: UUID, data: bytes, now: datetime
) -> Photo:
    """Take in a picture and return it; the same token again returns the same picture, removed ones too.

    Raise PictureRefusedError, NoConsentError, TooManyPhotosError, BusyError, or OSError if it could not be stored;
    then nothing is left of it. `check_in`: one of the patient's own.
    """
    if not _taking_in.acquire(blocking=False):
        raise BusyError
    try:
        if found := settled(patient, token):
            return found
        require_room(patient, check_in, token, now)
        picture = decode(data)
        photo = reserve(patient, check_in, area, token, picture, now)
        if photo.stored_at is None:
            keep(photo, picture)
        return photo
    finally:
        _taking_in.release()


def settled(patient: Patient, token: UUID) -> Photo | None:
    """Return the picture that was sent with this token, once it is stored or removed."""
    found: Photo | None = patient.photos.filter(token=token).exclude(stored_at=None, deleted_at=None).first()
    return found


def require_room(patient: Patient, check_in: CheckIn, token: UUID, now: datetime) -> None:
    """Raise NoConsentError, or TooManyPhotosError if the check-in takes no further picture."""
    if not has_agreed(patient):
        raise NoConsentError
    if check_in.photos.counted(now).exclude(patient=patient, token=token).count() >= MOST_PHOTOS:
        raise TooManyPhotosError


@transaction.atomic
def reserve(
    patient: Patient, check_in: CheckIn, area: PhotoArea, token: UUID, picture: Picture, now: datetime
) -> Photo:
    """Return the picture's row, for whoever stores it; raise BusyError while another request is storing it."""
    Patient.objects.select_for_update().get(pk=patient.pk)
    if found := settled(patient, token):
        return found
    require_room(patient, check_in, token, now)
    unstored = patient.photos.filter(token=token).first()
    if unstored is not None:
        if unstored.created_at > now - timedelta(seconds=STORING_SECONDS):
            raise BusyError
        unstored.delete()
    photo: Photo = patient.photos.create(
        check_in=check_in,
        area=area,
        token=token,
        key=new_file_key(),
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        created_at=now,
    )
    return photo


def keep(photo: Photo, picture: Picture) -> None:
    """Store the file, without a transaction meanwhile, and record it; raise OSError, and forget the picture."""
    try:
        files.write(photo.file_name, picture.content, photo.key)
    except OSError:
        Photo.objects.filter(pk=photo.pk, stored_at=None).delete()
        raise
    record_stored(photo, timezone.now())


@transaction.atomic
def record_stored(photo: Photo, now: datetime) -> None:
    """Record that a picture is stored, unless it was removed meanwhile."""
    Patient.objects.select_for_update().get(pk=photo.patient_id)
    photo.stored_at = now
    if Photo.objects.filter(pk=photo.pk, deleted_at=None).update(stored_at=now):
        record_event(
            verb=Event.Verb.SENT_PHOTO,
            actor=photo.patient.user,
            now=now,
            patient=photo.patient,
            subject=photo.pk,
            data={"check_in": str(photo.check_in_id), "area": photo.area},
        )


@transaction.atomic
def remove_photo(*, photo: Photo, now: datetime, by: User | None = None, because: str = "") -> None:
    """Remove a picture, for its patient unless `by` and a code say otherwise.

    Nobody can read it from now on; a task deletes the files.
    """
    Patient.objects.select_for_update().get(pk=photo.patient_id)
    if Photo.objects.filter(pk=photo.pk, deleted_at=None).update(key="", deleted_at=now):
        record_event(
            verb=Event.Verb.REMOVED_PHOTO,
            actor=by or photo.patient.user,
            now=now,
            patient=photo.patient,
            subject=photo.pk,
            data={"because": because} if because else {},
        )
