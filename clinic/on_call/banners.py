"""Banners above every page of staff: messages are delayed, nobody can be notified, or a cluster was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from aftercare.alerts.dispatching.undelivered import undelivered_messages
from aftercare.alerts.models import Dispatch
from aftercare.alerts.on_call.confirmations import unconfirmed_now
from aftercare.checkins.models import Cluster
from aftercare.outbox import database_clock, delivery_health
from aftercare.people.models import StaffMember, User
from clinic.access import roster_of
from clinic.permissions import may_see_clusters


@dataclass(frozen=True, slots=True, kw_only=True)
class Banners:
    """The banners of one clinic.

    `delayed_since`: messages are late. `gap`: from when no contact step reaches anybody. `nobody_since`: a
    notification waits that nobody can receive. `refused`: names of staff whose mailbox refuses messages.
    `unconfirmed`: names of those on duty who have not confirmed it. `clusters`: those that a manager has to look at.
    """

    delayed_since: datetime | None
    nobody_since: datetime | None
    refused: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    gap: datetime | None
    gap_is_now: bool
    on_call: str


# Cached delivery state of this process, shared by all clinics: (looked up at, delayed since).
_delivery: dict[str, tuple[datetime, datetime | None]] = {}
CACHE_FOR = timedelta(seconds=10)


def delayed_since(now: datetime) -> datetime | None:
    """Return since when messages are late, cached for ten seconds per process."""
    at, since = _delivery.get("state", (None, None))
    if at is None or not at <= now < at + CACHE_FOR:
        since = delivery_health.state(now + database_clock.offset()).delayed_since
        _delivery["state"] = (now, since)
    return since


# Cached state by clinic id: since when nobody can be notified, and whose mailbox refuses messages.
Undelivered = tuple[datetime | None, tuple[str, ...]]
_undelivered: dict[int, tuple[datetime, Undelivered]] = {}


def undelivered_of(clinic_id: int, now: datetime) -> Undelivered:
    """Return since when nobody can be notified, and whose mailbox refuses messages; cached for ten seconds."""
    at, found = _undelivered.get(clinic_id, (None, None))
    if at is None or found is None or not at <= now < at + CACHE_FOR:
        untold = Dispatch.objects.filter(clinic=clinic_id, drained_at=None, nobody_since__isnull=False)
        people = User.objects.filter(
            pk__in=undelivered_messages(clinic_id).values("recipient"), is_active=True
        )
        staff = people.filter(staff_memberships__clinic=clinic_id, staff_memberships__is_active=True)
        names = tuple(str(person) for person in staff.order_by("last_name", "first_name", "pk"))
        found = untold.aggregate(since=Min("nobody_since"))["since"], names
        _undelivered[clinic_id] = now, found
    return found


def clear_caches() -> None:
    """Clear the cached delivery state."""
    _delivery.clear()
    _undelivered.clear()


def banners_of(member: StaffMember, now: datetime) -> Banners:
    """Return the banners of the member's clinic at `now`."""
    roster = roster_of(member, now)
    gap = roster.first_gap(now)
    first = roster.recipients(0, now)
    nobody_since, refused = undelivered_of(member.clinic_id, now)
    return Banners(
        delayed_since=delayed_since(now),
        nobody_since=nobody_since,
        refused=refused,
        unconfirmed=tuple(str(one.member.user) for one in unconfirmed_now(member.clinic, roster, now)),
        clusters=tuple(member.clinic.clusters.waiting()) if may_see_clusters(member) else (),
        gap=gap,
        gap_is_now=gap == now,
        on_call=", ".join(str(member.user) for member in first[:2]),
    )
