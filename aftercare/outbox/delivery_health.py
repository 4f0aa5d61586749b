"""State of delivery, for staff banners, `/readyz` and the watchdog; a few small queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from aftercare.outbox.heartbeats import dead_workers, is_fresh, last_beats, newest_worker_beat
from aftercare.outbox.models import Message
from aftercare.outbox.registry import backlogs, fault_counts, overdue_finders

PARTS = ("worker", "beat")
# A message that is due, or being sent, for longer than this is late.
LATE_AFTER = timedelta(seconds=30)
# Work of a periodic job that is overdue for longer than this is late: the slowest runs every 15 seconds.
OVERDUE_AFTER = timedelta(seconds=60)
UNEXPANDED = "dispatches"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryHealth:
    """Snapshot of delivery at one instant.

    `without_recipient`: since when a notification waits for lack of any recipient; it delays no mail.
    `dead_workers`: names of workers that ended without a word, or hang. `overdue`: since when, by the name of the
    work: dispatches without messages, escalations. `faults`: how many of each sort were found lately.
    """

    silent: tuple[str, ...]
    silent_since: datetime | None
    oldest_due: datetime | None
    without_recipient: datetime | None
    failed: int
    dead_workers: tuple[str, ...]
    overdue: Mapping[str, datetime]
    faults: Mapping[str, int]
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
    def late_work(self) -> dict[str, timedelta]:
        """Work that is late, with how long it has been overdue."""
        limits = {UNEXPANDED: LATE_AFTER}
        waited = {name: self.now - since for name, since in self.overdue.items()}
        return {name: wait for name, wait in waited.items() if wait > limits.get(name, OVERDUE_AFTER)}

    @property
    def degraded(self) -> list[str]:
        """Names of the parts that do not work."""
        parts = [*self.silent, *self.dead_workers]
        if self.is_late:
            parts.append("messages")
        parts += [*self.late_work, *self.faults]
        if self.failed:
            parts.append("failed")
        return parts


def state(now: datetime, sender: int | None = None) -> DeliveryHealth:
    """Return the state of delivery; with `sender` (a clinic's id), count only the failed messages of that clinic."""
    beats = last_beats()
    last = {"worker": newest_worker_beat(beats, now), "beat": beats.get("beat")}
    silent = tuple(part for part in PARTS if not is_fresh(last[part], now))
    # A part that has never sent a heartbeat counts as silent from now on.
    since = min((min(last[part] or now, now) for part in silent), default=None)
    failures = Message.objects.unattended_failures()
    if sender is not None:
        failures = failures.filter(sender=sender)
    behind = [find(now) for find in backlogs().values()]
    unexpanded = min((backlog.due for backlog in behind if backlog.due), default=None)
    oldest = [oldest_unsent(now), unexpanded]
    overdue = {UNEXPANDED: unexpanded} | {name: find(now) for name, find in overdue_finders().items()}
    return DeliveryHealth(
        silent=silent,
        silent_since=since,
        oldest_due=min((at for at in oldest if at), default=None),
        without_recipient=min(
            (backlog.without_recipient for backlog in behind if backlog.without_recipient), default=None
        ),
        failed=failures.count(),
        dead_workers=tuple(dead_workers(now)),
        overdue={name: at for name, at in overdue.items() if at},
        faults={name: number for name, count in fault_counts().items() if (number := count(now))},
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
