"""Rules that say how a person is told: by which points, how long after the first, and when it can wait.

The contact step of the clinic decides who is told, these rules decide how.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from aftercare.outbox.channels import is_set_up
from aftercare.people.hours import instant_on
from aftercare.people.models import ContactPoint, ContactRule, QuietHours

Kind = ContactPoint.Kind
# Levels in falling order. Of these the first two never wait.
LEVELS = ("emergency", "urgent", "same_day", "routine")
NEVER_WAIT = frozenset({"emergency", "urgent"})
# Minutes after the first by kind, for who has set nothing.
DEFAULTS: Mapping[str, Mapping[str, int]] = {
    "emergency": {Kind.PUSH: 0, Kind.SMS: 0, Kind.PAGER: 0, Kind.CHAT: 0, Kind.EMAIL: 0, Kind.VOICE: 3},
    "urgent": {Kind.PUSH: 0, Kind.PAGER: 0, Kind.CHAT: 0, Kind.EMAIL: 0, Kind.SMS: 5},
    "same_day": {Kind.EMAIL: 0},
    "routine": {Kind.EMAIL: 0},
}
# What wakes somebody at night.
WAKING = (Kind.PUSH, Kind.SMS, Kind.VOICE, Kind.PAGER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One message to write: by which channel, to which point (None: the mailbox of the account), and when."""

    channel: str
    point: UUID | None
    at: datetime


@dataclass(kw_only=True, slots=True)
class OwnRules:
    """What one person has set: usable points by kind, minutes by level and kind, quiet hours."""

    points: dict[str, list[UUID]] = field(default_factory=dict)
    rules: dict[str, dict[str, int]] = field(default_factory=dict)
    quiet: tuple[time, time] | None = None

    def minutes(self, level: str) -> Mapping[str, int]:
        """Return the minutes by kind for a level: the person's own, else the default."""
        return self.rules.get(level) or DEFAULTS[level]

    def is_usable(self, kind: str) -> bool:
        """Return True if the kind reaches the person: the mailbox of the account always does."""
        return kind == Kind.EMAIL or (is_set_up(kind) and bool(self.points.get(kind)))

    def usable_minutes(self, level: str) -> dict[str, int]:
        """Return the minutes of those kinds that reach the person, counted from the first of them.

        A kind that does not count is left out, so that nothing waits for it. Where none is left, it is e-mail at once.
        """
        found = {kind: after for kind, after in self.minutes(level).items() if self.is_usable(kind)}
        first = min(found.values(), default=0)
        return {kind: after - first for kind, after in found.items()} or {Kind.EMAIL: 0}

    def ways(self, level: str, now: datetime, zone: ZoneInfo, expires_at: datetime | None) -> list[Way]:
        """Return the messages to write at `now`; what can wait does in quiet hours, unless it would expire."""
        begins = now
        if level not in NEVER_WAIT and self.quiet:
            until = quiet_until(self.quiet, now, zone)
            if until and (expires_at is None or until < expires_at):
                begins = until
        made: list[Way] = []
        for kind, after in self.usable_minutes(level).items():
            points: Sequence[UUID | None] = self.points.get(kind, [])
            if kind == Kind.EMAIL:
                points = [None, *points]
            made += [Way(channel=kind, point=one, at=begins + timedelta(minutes=after)) for one in points]
        return made

    @property
    def waking_kinds(self) -> list[str]:
        """The kinds by which an emergency wakes the person at night."""
        return [kind for kind in WAKING if kind in self.usable_minutes("emergency")]


def own_rules(user_ids: Iterable[int]) -> dict[int, OwnRules]:
    """Return what each of these users has set, in three queries."""
    ids = set(user_ids)
    found = {user_id: OwnRules() for user_id in ids}
    usable = ContactPoint.objects.filter(user__in=ids).usable()
    for user_id, kind, pk in usable.values_list("user_id", "kind", "pk"):
        found[user_id].points.setdefault(kind, []).append(pk)
    for rule in ContactRule.objects.filter(user__in=ids).order_by("pk"):
        found[rule.user_id].rules.setdefault(rule.level, {})[rule.kind] = rule.after_min
    for quiet in QuietHours.objects.filter(user__in=ids):
        found[quiet.user_id].quiet = (quiet.starts, quiet.ends)
    return found


def quiet_until(quiet: tuple[time, time], now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the end of the quiet hours that cover `now` by the clock of the zone; None outside of them."""
    starts, ends = quiet
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        last = day if starts < ends else day + timedelta(days=1)
        begun = instant_on(day, starts.isoformat("minutes"), zone)
        over = instant_on(last, ends.isoformat("minutes"), zone)
        if begun <= now < over:
            return over
    return None
