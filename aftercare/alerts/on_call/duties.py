"""When people are on duty: from and until when without a break, by the rota and its overrides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from aftercare.alerts.on_call.roster import Roster
from aftercare.people.hours import instant_on
from aftercare.people.models import StaffMember

# Who is on is asked this long before, but never at night by the clinic's clock.
ASK_BEFORE = timedelta(hours=4)
MORNING, EVENING, NIGHT = time(8), time(18), time(21)
# In the morning itself only if so much is left; else on the evening before.
LEFT_IN_THE_MORNING = timedelta(hours=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """A person's stretch of duty without a break."""

    member: StaffMember
    starts_at: datetime
    ends_at: datetime


def duties_ahead(roster: Roster, now: datetime) -> list[Duty]:
    """Return the duties that begin after `now`, in order."""
    return [duty for duty in duties_from(roster, now) if duty.starts_at > now]


def duties_from(roster: Roster, now: datetime) -> list[Duty]:
    """Return the duties that last at `now`, counted from then, and those that begin later, in order.

    A shift that follows another of the same person begins nothing.
    """
    points = sorted(
        {now}
        | roster.changes_of_duty()
        | {at for one in roster.everybody for at in (one.away_from, one.away_until) if at}
    )
    points = [at for at in points if at >= now]
    begun: dict[int, tuple[StaffMember, datetime]] = {}
    before: set[int] = set()
    found: list[Duty] = []
    for at in points:
        on = {member.pk: member for member in roster.people_on_duty(at)}
        for pk in before - on.keys():
            member, starts_at = begun.pop(pk)
            found.append(Duty(member=member, starts_at=starts_at, ends_at=at))
        begun |= {pk: (on[pk], at) for pk in on.keys() - before}
        before = set(on)
    return sorted(found, key=lambda duty: (duty.starts_at, duty.member.pk))


def ask_at(starts_at: datetime, zone: ZoneInfo) -> datetime:
    """Return when to ask whether somebody knows of a duty: four hours before, but not at night.

    What would be asked between 21:00 and 08:00 by the clinic's clock is asked at 08:00 if the duty begins two hours
    later or more, else at 18:00 before that night.
    """
    wanted = starts_at - ASK_BEFORE
    clock = wanted.astimezone(zone)
    if MORNING <= clock.time() < NIGHT:
        return wanted
    day = clock.date() if clock.time() < MORNING else clock.date() + timedelta(days=1)
    morning = instant_on(day, MORNING.isoformat("minutes"), zone)
    if starts_at - morning >= LEFT_IN_THE_MORNING:
        return morning
    return instant_on(day - timedelta(days=1), EVENING.isoformat("minutes"), zone)
