"""The pictures of a patient as one ZIP file, written while it is sent."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from zipfile import ZIP_STORED, ZipFile

from aftercare.checkins.models import Photo
from aftercare.checkins.photos.files import read_photo
from aftercare.people.models import Patient


class Sent(io.RawIOBase):
    """A file that is not sought in: what was written is taken and sent."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self.waiting += part
        return len(part)

    def take(self) -> bytes:
        part = bytes(self.waiting)
        self.waiting.clear()
        return part


def pictures_of(patient: Patient) -> list[Photo]:
    """Return the kept pictures, oldest first."""
    return list(Photo.objects.kept().filter(patient=patient).order_by("created_at", "pk"))


def zipped(photos: Iterable[Photo]) -> Iterator[bytes]:
    """Yield a ZIP file, a picture at a time; each is named by its day, its area and the id in the other file.

    Raise OSError where the store fails, which ends the download: a file that seems whole lacks none.
    """
    sent = Sent()
    with ZipFile(sent, "w", ZIP_STORED) as archive:
        for photo in photos:
            name = f"{photo.created_at:%Y-%m-%d}-{photo.area}-{photo.pk}.jpg"
            archive.writestr(name, read_photo(photo, is_small=False))
            yield sent.take()
    yield sent.take()
