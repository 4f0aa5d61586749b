"""Pictures that were taken in before, without a child process."""

from __future__ import annotations

import uuid
from datetime import datetime

from aftercare.checkins.models import CheckIn, Photo
from aftercare.checkins.photos import files
from aftercare.checkins.photos.consent import agree_to_photos
from aftercare.people.encryption.files import new_file_key
from tests.checkins.photos.pictures import jpeg, picture


def make_photo(check_in: CheckIn, now: datetime, area: str = "left_cheek") -> Photo:
    """Keep a picture with a check-in, in the storage of the settings."""
    content = jpeg(picture(300, 400))
    agree_to_photos(patient=check_in.patient, now=now)
    photo: Photo = check_in.patient.photos.create(
        check_in=check_in,
        area=area,
        token=uuid.uuid4(),
        key=new_file_key(),
        size=len(content),
        width=300,
        height=400,
        created_at=now,
        stored_at=now,
    )
    files.write(photo.file_name, content, photo.key)
    return photo
