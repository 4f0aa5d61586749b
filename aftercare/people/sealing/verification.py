"""Verification: events, and what the chain of seals says of them, read side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from aftercare.people.models import Event, EventSeal, SealedEvent
from aftercare.people.models.seals import GENESIS
from aftercare.people.sealing.digests import digest_of, entry, hash_of

ROWS_AT_ONCE = 5_000
# An event is written within this time of its instant; later it was put in.
WRITTEN_WITHIN = timedelta(minutes=15)
NOTHING = (0, hashlib.sha256().hexdigest())  # what an empty seal covers


@dataclass(slots=True, kw_only=True)
class Verification:
    """What was found. `faults` is empty if nothing was removed, inserted or altered."""

    events: int = 0
    seals: int = 0
    waiting: int = 0  # events that no seal covers yet
    newest: EventSeal | None = None
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Content:
    """The running hash over the events of one seal."""

    count: int = 0
    hash: Any = field(default_factory=hashlib.sha256)

    @property
    def found(self) -> tuple[int, str]:
        return self.count, self.hash.hexdigest()


class Chain:
    """The seals: what each covers, and up to when events had been sealed before it."""

    def __init__(self, known: Iterable[str]) -> None:
        self.missing = dict.fromkeys(known)
        self.count = 0
        self.newest: EventSeal | None = None
        self.complete: datetime | None = None
        self.complete_before: dict[int, datetime | None] = {}
        # By number: what a seal says that it covers, and what was found so far; dropped once they agree.
        self.covered: dict[int, tuple[int, str]] = {}
        self.contents: dict[int, Content] = {}

    def read(self) -> Iterator[str]:
        """Read the seals, and yield what does not fit."""
        previous, number = GENESIS, 1
        for seal in by_id(EventSeal.objects.all()):
            if seal.number != number:
                yield f"seal {number} was removed"
            elif seal.previous != previous:
                yield f"seal {seal.number} does not follow the seal before it"
            if seal.hash != hash_of(seal):
                yield f"seal {seal.number} was altered"
            self.add(seal)
            previous, number = seal.hash, seal.number + 1
        for one in self.missing:
            yield f"no seal has the hash {one}: the chain was rewritten"

    def add(self, seal: EventSeal) -> None:
        self.count, self.newest = self.count + 1, seal
        self.missing.pop(seal.hash, None)
        self.complete_before[seal.number] = self.complete
        if seal.is_complete:
            self.complete = seal.sealed_at
        if (said := (seal.count, seal.content)) != NOTHING:
            self.covered[seal.number] = said

    def take(self, sealed: SealedEvent) -> None:
        """Add an event to the content of its seal."""
        content = self.contents.setdefault(sealed.seal_id, Content())
        content.count += 1
        content.hash.update(entry(sealed.pk, bytes(sealed.digest)))
        if content.found == self.covered.get(sealed.seal_id):
            del self.contents[sealed.seal_id], self.covered[sealed.seal_id]

    def unlike(self) -> Iterator[str]:
        """Yield the seals that covered other events than are found."""
        for number in sorted(self.contents.keys() | self.covered.keys()):
            yield f"seal {number} covered other events"


def verify(known: Iterable[str] = ()) -> Verification:
    """Read all events and seals. `known`: hashes that were kept elsewhere, which have to be in the chain."""
    found, chain = Verification(), Chain(known)
    found.faults += chain.read()
    found.seals, found.newest = chain.count, chain.newest
    for event, sealed in side_by_side():
        found.events += event is not None
        found.waiting += sealed is None
        if sealed is not None:
            chain.take(sealed)
        found.faults += faults_of(event, sealed, chain)
    found.faults += chain.unlike()
    return found


def faults_of(event: Event | None, sealed: SealedEvent | None, chain: Chain) -> Iterator[str]:
    """Yield what is wrong with an event, or with what the chain says of it."""
    if event is None:
        assert sealed is not None
        yield f"event {sealed.pk} was removed"
        return
    if sealed is None:
        complete = chain.complete
    else:
        complete = chain.complete_before.get(sealed.seal_id)
        if bytes(sealed.digest) != digest_of(event):
            yield f"event {event.pk} was altered"
    if complete is not None and event.at < complete - WRITTEN_WITHIN:
        yield f"event {event.pk} was inserted after its time was sealed"


def side_by_side() -> Iterator[tuple[Event | None, SealedEvent | None]]:
    """Yield each event with its entry in the chain, by id; None where either is missing."""
    events, entries = by_id(Event.objects.all()), by_id(SealedEvent.objects.all())
    event, sealed = next(events, None), next(entries, None)
    while event is not None or sealed is not None:
        if event is not None and (sealed is None or event.pk < sealed.pk):
            yield event, None
            event = next(events, None)
        elif sealed is not None and (event is None or sealed.pk < event.pk):
            yield None, sealed
            sealed = next(entries, None)
        else:
            yield event, sealed
            event, sealed = next(events, None), next(entries, None)


def by_id(rows: QuerySet[Any]) -> Iterator[Any]:
    """Yield the rows of a model by id, a page at a time: the table may be larger than the memory."""
    rows = rows.order_by("pk")
    page = list(rows[:ROWS_AT_ONCE])
    while page:
        yield from page
        page = list(rows.filter(pk__gt=page[-1].pk)[:ROWS_AT_ONCE])
