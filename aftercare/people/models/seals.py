"""The chain of seals over the events: what was written is found again, or its absence shows."""

from __future__ import annotations

from django.db import models

from aftercare.people.models.append_only import AppendOnly

GENESIS = "0" * 64  # the hash before the first seal


class EventSeal(AppendOnly):
    """A seal over a batch of events and over the seal before it. `hash` covers every other column."""

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    # The highest id of an event that this seal or an earlier one covers.
    through = models.BigIntegerField()
    # False where more events were waiting than one seal takes: the next seal goes on from `through`.
    is_complete = models.BooleanField()
    # SHA-256 over the digests of its events, in the order of their ids.
    content = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["previous"], name="the_chain_of_seals_never_forks"),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"


class SealedEvent(AppendOnly):
    """An event that a seal covers. No foreign key to the event: an event that was removed is to be missed."""

    event_id = models.BigIntegerField(primary_key=True)
    seal = models.ForeignKey(EventSeal, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["event_id"]

    def __str__(self) -> str:
        return f"event {self.event_id} in seal {self.seal_id}"
