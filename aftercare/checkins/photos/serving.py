"""A picture as a response, for views that have checked who looks."""

from __future__ import annotations

import logging
from http import HTTPStatus
from threading import BoundedSemaphore

from django.http import HttpResponse

from aftercare.checkins.models import Photo
from aftercare.checkins.photos.files import read_photo

logger = logging.getLogger(__name__)

# A store that hangs holds no more than this of a process's working threads.
_reading = BoundedSemaphore(2)
WAIT_SECONDS = 2


def picture_response(photo: Photo, *, is_small: bool) -> HttpResponse:
    """Return the picture, which no cache keeps and no page of others shows; 503 if the store does not answer."""
    if not _reading.acquire(timeout=WAIT_SECONDS):
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    try:
        content = read_photo(photo, is_small=is_small)
    except OSError:
        logger.exception("the store of pictures failed at %s", photo)
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    finally:
        _reading.release()
    headers = {"Content-Disposition": "inline; filename=picture.jpg"}
    return HttpResponse(content, content_type="image/jpeg", headers=headers)
