"""Sealing: each run covers the events that no seal covers yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from aftercare.people.models import Event, EventSeal, SealedEvent
from aftercare.people.models.seals import GENESIS
from aftercare.people.sealing.digests import content_of, digest_of, hash_of

EVENTS_OF_A_SEAL = 5_000
SEALS_OF_A_RUN = 20
# A transaction that commits later than this after the first newer event was sealed is not looked for any more.
LATEST_COMMIT = timedelta(hours=1)
# With nothing to seal, an empty seal says so, at most this often: nothing can be put into the time before it.
EMPTY_EVERY = timedelta(hours=1)


def seal_events(now: datetime) -> int:
    """Seal what no seal covers yet, however late it was committed; return the number of events sealed."""
    sealed = 0
    for _turn in range(SEALS_OF_A_RUN):
        seal = seal_batch(now=now)
        sealed += seal.count if seal else 0
        if seal is None or seal.is_complete:
            break
    return sealed


@transaction.atomic
def seal_batch(*, now: datetime) -> EventSeal | None:
    """Write one seal, and return it; None if there is nothing to seal."""
    lock_chain()
    last = EventSeal.objects.last()
    events = list(unsealed(last)[: EVENTS_OF_A_SEAL + 1])
    is_complete = len(events) <= EVENTS_OF_A_SEAL
    events = events[:EVENTS_OF_A_SEAL]
    if not events and last and (last.is_complete and now - last.sealed_at < EMPTY_EVERY):
        return None
    digests = [(event.pk, digest_of(event)) for event in events]
    seal = EventSeal(
        number=last.number + 1 if last else 1,
        sealed_at=now,
        count=len(events),
        through=max([last.through if last else 0, *(event.pk for event in events)]),
        is_complete=is_complete,
        content=content_of(digests),
        previous=last.hash if last else GENESIS,
    )
    seal.hash = hash_of(seal)
    seal.save(force_insert=True)
    SealedEvent.objects.bulk_create(
        SealedEvent(event_id=pk, seal=seal, digest=digest) for pk, digest in digests
    )
    return seal


def lock_chain() -> None:
    """Let one process seal at a time; readers do not wait. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{EventSeal._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')


def unsealed(last: EventSeal | None) -> QuerySet[Event]:
    """Return the committed events that no seal covers, by id.

    Ids are given out before a transaction commits, so that a lower id may appear after a higher one was sealed.
    """
    covered = SealedEvent.objects.filter(pk=OuterRef("pk"))
    events: QuerySet[Event] = Event.objects.filter(pk__gt=settled_through(last)).order_by("pk")
    return events.exclude(Exists(covered))


def settled_through(last: EventSeal | None) -> int:
    """Return the id up to which no event can appear any more; 0 if every id is to be looked at."""
    if last is None:
        return 0
    if not last.is_complete:
        return last.through
    before = EventSeal.objects.filter(sealed_at__lt=last.sealed_at - LATEST_COMMIT).last()
    return before.through if before else 0
