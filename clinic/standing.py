"""What stands above every page of staff while something is wrong with telling people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from aftercare.alerts.contacts import Roster
from aftercare.outbox import watch
from aftercare.people.models import StaffMember


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """`delayed_since`: messages are late. `gap`: from when no contact step reaches anybody."""

    delayed_since: datetime | None
    gap: datetime | None
    gap_is_now: bool
    on_call: str


def roster_of(member: StaffMember, now: datetime) -> Roster:
    """The roster of the clinic for which somebody is signed in; loaded once for a page."""
    if not hasattr(member, "_roster"):
        member._roster = Roster.of(member.clinic, now)  # type: ignore[attr-defined]
    return cast(Roster, member._roster)  # type: ignore[attr-defined]


# What was last found out about delivery in this process, and when: the same for every clinic and page.
_watched: dict[str, tuple[datetime, datetime | None]] = {}
LOOK_AGAIN_AFTER = timedelta(seconds=10)


def delayed_since(now: datetime) -> datetime | None:
    """Since when messages are late; looked up at most every ten seconds, so that no page pays for it each time."""
    at, since = _watched.get("state", (None, None))
    if at is None or not at <= now < at + LOOK_AGAIN_AFTER:
        since = watch.state(now).delayed_since
        _watched["state"] = (now, since)
    return since


def look_again() -> None:
    """Forget what was found out about delivery."""
    _watched.clear()


def notices_of(member: StaffMember, now: datetime) -> Notices:
    """What is wrong at one clinic now."""
    roster = roster_of(member, now)
    gap = roster.first_gap(now)
    first = roster.recipients(0, now)
    return Notices(
        delayed_since=delayed_since(now),
        gap=gap,
        gap_is_now=gap == now,
        on_call=", ".join(str(member.user) for member in first[:2]),
    )
