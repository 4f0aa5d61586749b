"""State of delivery, for staff banners, `/readyz` and the watchdog; a few small queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from aftercare.outbox.heartbeats import is_fresh, last_beats
from aftercare.outbox.models import Message
from aftercare.outbox.registry import backlogs

PARTS = ("worker", "beat")
# A message that is due, or being sent, for longer than this is late.
LATE_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryHealth:
    """Snapshot of delivery at one instant.

    `without_recipient`: since when a notification waits for lack of any recipient; it delays no mail.
    """

    silent: tuple[str, ...]
    silent_since: datetime | None
    oldest_due: datetime | None
    without_recipient: datetime | None
    failed: int
    now: datetime

    @property
    def oldest_due_seconds(self) -> float:
        """Age in seconds of the oldest unsent message; 0 if none waits."""
        waited = [self.now - at for at in (self.oldest_due, self.without_recipient) if at]
        return max(0.0, *(wait.total_seconds() for wait in waited)) if waited else 0.0

    @property
    def is_late(self) -> bool:
        return self.oldest_due_seconds > LATE_AFTER.total_seconds()

    @property
    def delayed_since(self) -> datetime | None:
        """Start of the current delay of messages, or of a silent worker or beat; None if all is well.

        For the staff banner: "notifications are delayed since 14:05".
        """
        late = self.oldest_due is not None and self.now - self.oldest_due > LATE_AFTER
        late_since = self.oldest_due if late else None
        return min((at for at in (late_since, self.silent_since) if at), default=None)

    @property
    def degraded(self) -> list[str]:
        """Names of the parts that do not work."""
        parts = list(self.silent)
        if self.is_late:
            parts.append("messages")
        if self.failed:
            parts.append("failed")
        return parts


def state(now: datetime, sender: int | None = None) -> DeliveryHealth:
    """Return the state of delivery; with `sender` (a clinic's id), count only the failed messages of that clinic."""
    beats = last_beats()
    silent = tuple(part for part in PARTS if not is_fresh(beats.get(part), now))
    # A part that has never sent a heartbeat counts as silent from now on.
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
    """Return since when the oldest unsent message waits: due, retrying or claimed.

    A retried message counts from its creation, since its recipient waits until the next attempt.
    """
    due = Message.objects.due(now).aggregate(at=Min("next_attempt_at"))["at"]
    tried = Message.objects.filter(state__in=[Message.State.RETRYING, Message.State.SENDING])
    begun = tried.aggregate(at=Min("created_at"))["at"]
    return min((at for at in (due, begun) if at), default=None)
