"""Small pictures, and the files of removed ones: work that no request waits for."""

from __future__ import annotations

import logging
from datetime import datetime

from aftercare.checkins.models import Photo
from aftercare.checkins.photos import files
from aftercare.checkins.photos.decoding import THUMBNAIL_SIDE, PictureRefusedError, decode
from aftercare.people.encryption.cipher import DecryptionError

logger = logging.getLogger(__name__)

AT_ONCE = 20  # pictures in a run of the task


def make_thumbnails() -> int:
    """Make the small pictures that are missing; return how many were made. A store that fails is asked again."""
    waiting = Photo.objects.kept().filter(thumbnail=Photo.Thumbnail.WAITING).order_by("created_at")
    return sum(make_thumbnail(photo) for photo in waiting[:AT_ONCE])


def make_thumbnail(photo: Photo) -> bool:
    try:
        small = decode(files.read(photo.file_name, photo.key), THUMBNAIL_SIDE)
        files.write(photo.thumbnail_name, small.content, photo.key)
    except (PictureRefusedError, DecryptionError):
        logger.exception("no small picture can be made of %s", photo)
        Photo.objects.filter(pk=photo.pk).update(thumbnail=Photo.Thumbnail.FAILED)
        return False
    except OSError:
        logger.exception("the store of pictures failed at %s", photo)
        return False
    # Removed meanwhile: its files may be deleted already, and are once more.
    made = Photo.objects.filter(pk=photo.pk, deleted_at=None).update(thumbnail=Photo.Thumbnail.MADE)
    if not made:
        Photo.objects.filter(pk=photo.pk).update(purged_at=None)
    return bool(made)


def delete_left_behind(now: datetime) -> int:
    """Delete the files of removed pictures, and what was never stored whole; return how many pictures that were."""
    for photo in Photo.objects.abandoned(now).filter(deleted_at=None)[:AT_ONCE]:
        if has_deleted(photo):
            photo.delete()
    purged = [photo.pk for photo in Photo.objects.left_behind()[:AT_ONCE] if has_deleted(photo)]
    return int(Photo.objects.filter(pk__in=purged).update(purged_at=now))


def has_deleted(photo: Photo) -> bool:
    try:
        files.delete_files(photo)
    except OSError:
        logger.exception("the store of pictures failed at %s", photo)
        return False
    return True
