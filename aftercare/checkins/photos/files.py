"""The encrypted files of pictures, in the storage that `PHOTOS_URL` names."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from aftercare.checkins.models import Photo
from aftercare.people.encryption.files import decrypt_file, encrypt_file

ALIAS = "photos"


def store() -> Storage:
    return storages[ALIAS]


def write(name: str, content: bytes, key: str) -> None:
    """Encrypt and write a file, over one of this name; raise OSError if the storage does not take it."""
    store().save(name, ContentFile(encrypt_file(content, key, name)))


def read(name: str, key: str) -> bytes:
    """Return the content of a file; raise OSError if it cannot be read, DecryptionError if it was changed."""
    with store().open(name) as file:
        return decrypt_file(file.read(), key, name)


def read_photo(photo: Photo, *, is_small: bool) -> bytes:
    """Return a picture; the whole one while there is no small one."""
    has_small = is_small and photo.thumbnail == Photo.Thumbnail.MADE
    return read(photo.thumbnail_name if has_small else photo.file_name, photo.key)


def delete_files(photo: Photo) -> None:
    """Delete both files; raise OSError if the storage does not answer. A file that is gone is no error."""
    for name in (photo.file_name, photo.thumbnail_name):
        store().delete(name)
