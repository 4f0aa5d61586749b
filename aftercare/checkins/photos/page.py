"""What the pages of pictures show a patient."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict

from aftercare.checkins.models import MOST_PHOTOS, CheckIn, Photo
from aftercare.checkins.photos.areas import areas_of, areas_without_network
from aftercare.checkins.photos.consent import has_agreed
from aftercare.checkins.photos.forms import PhotoForm
from aftercare.people.models import Patient
from aftercare.people.sessions.activity import KEPT

# To an older check-in no picture is added: it would not show what was reported.
TAKEN_FOR = timedelta(hours=24)


def check_in_named(patient: Patient, named: UUID | None) -> CheckIn | None:
    """Return the patient's check-in of this id, or the newest that was sent with this token."""
    if named is None:
        return None
    own = patient.check_ins
    found: CheckIn | None = (
        own.filter(pk=named).first() or own.filter(token=named).order_by("-revision").first()
    )
    return found


def takes_photos(check_in: CheckIn, now: datetime) -> bool:
    """Return True while pictures can be added to a check-in."""
    return now - check_in.submitted_at < TAKEN_FOR


def newest_open(patient: Patient, now: datetime) -> CheckIn | None:
    """Return the newest check-in to which a picture can be added."""
    newest: CheckIn | None = patient.check_ins.not_superseded().order_by("-number").first()
    return newest if newest and takes_photos(newest, now) else None


def empty_form(check_in: CheckIn, patient: Patient) -> PhotoForm:
    agreed = has_agreed(patient)
    return PhotoForm(areas=areas_of(check_in), has_agreed=agreed, has_camera=True, initial={"token": uuid4()})


def posted_form(check_in: CheckIn, patient: Patient, posted: QueryDict, sent: Any) -> PhotoForm:
    """Return the form as posted. A phone that kept a picture did not know yet what its check-in is about."""
    areas = areas_without_network(patient) if KEPT in posted else areas_of(check_in)
    return PhotoForm(posted, sent, areas=areas, has_agreed=has_agreed(patient), has_camera=True)


def photos_context(check_in: CheckIn, patient: Patient, form: PhotoForm, now: datetime) -> dict[str, Any]:
    """Return what the page of a check-in's pictures shows."""
    kept = list(Photo.objects.kept().filter(check_in=check_in))
    return {
        "check_in": check_in,
        "patient": patient,
        "photos": kept,
        "form": form,
        "most": MOST_PHOTOS,
        "has_room": len(kept) < MOST_PHOTOS and takes_photos(check_in, now),
        "has_agreed": "consent" not in form.fields,
        "last_time": last_time(check_in, patient),
        "now": now,
    }


def last_time(check_in: CheckIn, patient: Patient) -> Photo | None:
    """Return the newest picture of an earlier check-in, to be taken from the same side."""
    earlier = Photo.objects.kept().filter(patient=patient).exclude(check_in=check_in)
    found: Photo | None = earlier.order_by("-created_at").first()
    return found


def photos_of(patient: Patient) -> list[Photo]:
    """Return the patient's pictures with their check-ins and treatments, oldest first."""
    kept = Photo.objects.kept().filter(patient=patient)
    return list(kept.select_related("check_in__procedure").order_by("check_in__observed_at", "created_at"))
