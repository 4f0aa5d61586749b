"""Whether messages reach people, for the pages of staff, for `/readyz` and for the watchdog. A few small queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from aftercare.outbox.heartbeats import is_fresh, last_beats
from aftercare.outbox.models import Message
from aftercare.outbox.registry import backlogs

PARTS = ("worker", "beat")
# A message that has been due, or is being sent, for longer than this is late.
LATE_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryHealth:
    """How delivery stands at one instant.

    `without_recipient`: since when something waits for which there is nobody. It is no delay of anybody's mail.
    """

    silent: tuple[str, ...]
    silent_since: datetime | None
    oldest_due: datetime | None
    without_recipient: datetime | None
    failed: int
    now: datetime

    @property
    def oldest_due_seconds(self) -> float:
        """For how long the longest-waiting message has waited to leave, in seconds; 0 where none does."""
        waited = [self.now - at for at in (self.oldest_due, self.without_recipient) if at]
        return max(0.0, *(wait.total_seconds() for wait in waited)) if waited else 0.0

    @property
    def is_late(self) -> bool:
        return self.oldest_due_seconds > LATE_AFTER.total_seconds()

    @property
    def delayed_since(self) -> datetime | None:
        """Since when messages are late, or nobody is there to send them; None while all is well.

        For the banner of staff: "notifications are delayed since 14:05".
        """
        late = self.oldest_due is not None and self.now - self.oldest_due > LATE_AFTER
        late_since = self.oldest_due if late else None
        return min((at for at in (late_since, self.silent_since) if at), default=None)

    @property
    def degraded(self) -> list[str]:
        """The parts that do not work, by name."""
        parts = list(self.silent)
        if self.is_late:
            parts.append("messages")
        if self.failed:
            parts.append("failed")
        return parts


def state(now: datetime, sender: int | None = None) -> DeliveryHealth:
    """How delivery stands; with `sender`, of the failed messages only those of one clinic (by its id)."""
    beats = last_beats()
    silent = tuple(part for part in PARTS if not is_fresh(beats.get(part), now))
    # A part that has never shown a sign of life was silent from the first moment that we can name: now.
    since = min((min(beats.get(part, now), now) for part in silent), default=None)
    failures = Message.objects.unattended_failures()
    if sender is not None:
        failures = failures.filter(sender=sender)
    behind = [find(now) for find in backlogs().values()]
    oldest = [oldest_unsent(now), *(backlog.due for backlog in behind)]
    return DeliveryHealth(
        silent=silent,
        silent_since=since,
        oldest_due=min((at for at in oldest if at), default=None),
        without_recipient=min(
            (backlog.without_recipient for backlog in behind if backlog.without_recipient), default=None
        ),
        failed=failures.count(),
        now=now,
    )


def oldest_unsent(now: datetime) -> datetime | None:
    """Since when the message has waited that has waited longest: of those due, tried in vain, or claimed.

    One that was tried in vain counts from its beginning: its next attempt is ahead, its recipient still waits.
    """
    due = Message.objects.due(now).aggregate(at=Min("next_attempt_at"))["at"]
    tried = Message.objects.filter(state__in=[Message.State.RETRYING, Message.State.SENDING])
    begun = tried.aggregate(at=Min("created_at"))["at"]
    return min((at for at in (due, begun) if at), default=None)
