"""The hashes of the chain: of an event, of the events of a seal, and of a seal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from aftercare.people.models import Event, EventSeal


def digest_of(event: Event) -> bytes:
    """Return the SHA-256 of the canonical text of an event."""
    return hashlib.sha256(canonical_text(event).encode()).digest()


def canonical_text(event: Event) -> str:
    """Return every column of an event as JSON: the same text for the same row, whichever database holds it."""
    columns: list[Any] = [
        event.pk,
        instant(event.at),
        event.actor_id,
        event.verb,
        event.clinic_id,
        text_or_none(event.patient_id),
        text_or_none(event.subject),
        event.data,
        event.page,
        event.address,
        event.slot,
    ]
    return json.dumps(columns, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def content_of(rows: Iterable[tuple[int, bytes]]) -> str:
    """Return the hash over the digests of a seal's events, given with their ids in the order of the ids."""
    content = hashlib.sha256()
    for pk, digest in rows:
        content.update(entry(pk, digest))
    return content.hexdigest()


def entry(pk: int, digest: bytes) -> bytes:
    """Return what one event adds to the content of its seal."""
    return f"{pk}:{digest.hex()}\n".encode()


def hash_of(seal: EventSeal) -> str:
    """Return the hash of a seal over its other columns."""
    columns = [
        seal.number,
        instant(seal.sealed_at),
        seal.count,
        seal.through,
        seal.is_complete,
        seal.content,
        seal.previous,
    ]
    return hashlib.sha256(json.dumps(columns, separators=(",", ":")).encode()).hexdigest()


def instant(at: datetime) -> str:
    """Return an instant in UTC with microseconds, as every database keeps it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def text_or_none(value: object) -> str | None:
    return None if value is None else str(value)
