"""The version of the queue, and its entity tag: every open page asks for it every few seconds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from aftercare.alerts.models import QueueChange
from aftercare.people.models import Clinic, StaffMember

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
TAG = re.compile(r'"(\d{1,17})-[0-9a-f]{32}"')  # in microseconds
NOW = "X-Aftercare-Now"  # header: the server's clock in milliseconds, by which the page counts ages


def version_of(clinics: Iterable[Clinic]) -> int:
    """Return the version of what the queue of these clinics shows, as of now in the database."""
    return QueueChange.objects.version_of([clinic.pk for clinic in clinics])


def queue_etag(version: int, member: StaffMember, query: str, notices: str, until: datetime) -> str:
    """Return the entity tag of a view of the queue, for the acting member.

    `notices`: the digest of what stands above the list. `until`: the instant at which the page is drawn otherwise
    though nothing is written; the tag says the instant, so that nobody has to keep it.
    """
    state = repr((version, member.user_id, member.clinic_id, query, notices, until))
    digest = hashlib.sha256(state.encode()).hexdigest()[:32]
    return f'"{(until - BEGINNING) // timedelta(microseconds=1)}-{digest}"'


def known_tag(request: HttpRequest) -> str:
    """Return the tag of what the page shows; it is a weak one where the answer was compressed."""
    return request.headers.get("If-None-Match", "").removeprefix("W/")


def valid_until(tag: str) -> datetime | None:
    """Return until when a tag is valid if nothing is written; None if it is no tag of ours."""
    found = TAG.fullmatch(tag)
    return BEGINNING + timedelta(microseconds=int(found[1])) if found else None


def not_modified(tag: str, now: datetime) -> HttpResponse:
    """Return 304 with the server's clock."""
    return with_clock(HttpResponseNotModified(headers={"ETag": tag}), now)


def with_clock(response: HttpResponse, now: datetime) -> HttpResponse:
    """Let an answer say the server's clock."""
    response[NOW] = str((now - BEGINNING) // timedelta(milliseconds=1))
    return response
