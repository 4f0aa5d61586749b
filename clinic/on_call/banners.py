"""What stands above every page of staff while something is wrong with telling people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from aftercare.alerts.dispatching.undelivered import refused_mails
from aftercare.alerts.models import Dispatch
from aftercare.outbox import delivery_health
from aftercare.people.models import StaffMember, User
from clinic.access import roster_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Banners:
    """`delayed_since`: messages are late. `gap`: from when no contact step reaches anybody.

    `nobody_since`: something waits that nobody can be told of. `refused`: to whom messages do not arrive, by name.
    """

    delayed_since: datetime | None
    nobody_since: datetime | None
    refused: tuple[str, ...]
    gap: datetime | None
    gap_is_now: bool
    on_call: str


# What was last found out about delivery in this process, and when: the same for every clinic and page.
_delivery: dict[str, tuple[datetime, datetime | None]] = {}
CACHE_FOR = timedelta(seconds=10)


def delayed_since(now: datetime) -> datetime | None:
    """Since when messages are late; looked up at most every ten seconds, so that no page pays for it each time."""
    at, since = _delivery.get("state", (None, None))
    if at is None or not at <= now < at + CACHE_FOR:
        since = delivery_health.state(now).delayed_since
        _delivery["state"] = (now, since)
    return since


# The same of one clinic, by its id: since when there is nobody to tell, and to whom messages do not arrive.
Undelivered = tuple[datetime | None, tuple[str, ...]]
_undelivered: dict[int, tuple[datetime, Undelivered]] = {}


def undelivered_of(clinic_id: int, now: datetime) -> Undelivered:
    """Who of a clinic can't be told; looked up at most every ten seconds as well."""
    at, found = _undelivered.get(clinic_id, (None, None))
    if at is None or found is None or not at <= now < at + CACHE_FOR:
        untold = Dispatch.objects.filter(clinic=clinic_id, drained_at=None, nobody_since__isnull=False)
        people = User.objects.filter(pk__in=refused_mails(clinic_id).values("recipient"), is_active=True)
        staff = people.filter(staff_memberships__clinic=clinic_id, staff_memberships__is_active=True)
        names = tuple(str(person) for person in staff.order_by("last_name", "first_name", "pk"))
        found = untold.aggregate(since=Min("nobody_since"))["since"], names
        _undelivered[clinic_id] = now, found
    return found


def clear_caches() -> None:
    """Forget what was found out about delivery."""
    _delivery.clear()
    _undelivered.clear()


def banners_of(member: StaffMember, now: datetime) -> Banners:
    """What is wrong at one clinic now."""
    roster = roster_of(member, now)
    gap = roster.first_gap(now)
    first = roster.recipients(0, now)
    nobody_since, refused = undelivered_of(member.clinic_id, now)
    return Banners(
        delayed_since=delayed_since(now),
        nobody_since=nobody_since,
        refused=refused,
        gap=gap,
        gap_is_now=gap == now,
        on_call=", ".join(str(member.user) for member in first[:2]),
    )
