"""The data of the managers' list of who cannot be woken at night."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.alerts.models import ContactStep
from aftercare.alerts.on_call.duties import Duty, duties_from
from aftercare.alerts.on_call.roster import Roster
from aftercare.outbox.channels import is_set_up
from aftercare.people.contact_points.asking import asked_lately
from aftercare.people.contact_points.rules import WAKING, OwnRules, own_rules
from aftercare.people.models import ContactPoint, StaffMember
from clinic.access import roster_of
from clinic.contact_points.page import KINDS, NONE, OFF, ON, WAITING, listed, state_of

Kind = ContactPoint.Kind
DAYS_SHOWN = 3  # of those on which a colleague is on call


@dataclass(frozen=True, kw_only=True, slots=True)
class NightRow:
    """How a colleague is woken at night, when that is needed, and the state of each kind.

    `off_since`: when the last way of waking the colleague was disabled. `step`: the number of the first step that
    tells the colleague at night. `asked_at`: when a manager asked last.
    """

    member: StaffMember
    waking: list[str]
    states: list[tuple[str, str]]
    off_since: datetime | None
    step: int | None
    on_call: str
    asked_at: datetime | None

    @property
    def ways(self) -> str:
        return listed(self.waking)

    @property
    def only(self) -> str:
        """The one kind that wakes the colleague; empty for none or several."""
        return self.ways if len(self.waking) == 1 else ""


def night_rows(member: StaffMember, now: datetime) -> list[NightRow]:
    """Return how each colleague is woken at night, first those who cannot be."""
    roster = roster_of(member, now)
    own = own_rules(one.user_id for one in roster.everybody)
    asked = asked_lately(list(own), now)
    points = waking_points(own)
    kinds = shown_kinds(point for theirs in points.values() for point in theirs)
    duties: dict[int, list[Duty]] = {one.pk: [] for one in roster.everybody}
    for duty in duties_from(roster, now):
        duties[duty.member.pk].append(duty)
    rows = [
        NightRow(
            member=one,
            waking=own[one.user_id].waking_kinds,
            states=states_of(points[one.user_id], kinds),
            off_since=max((at for point in points[one.user_id] if (at := point.disabled_at)), default=None),
            step=first_step(one, roster, duties[one.pk]),
            on_call=on_call_words(one, roster, duties[one.pk], now),
            asked_at=asked.get(one.user_id),
        )
        for one in roster.everybody
    ]
    return sorted(rows, key=lambda row: (len(row.waking), row.step or len(rows), str(row.member.user)))


def waking_points(own: Mapping[int, OwnRules]) -> dict[int, list[ContactPoint]]:
    """Return the points that could wake somebody, by user."""
    found: dict[int, list[ContactPoint]] = {user_id: [] for user_id in own}
    for point in ContactPoint.objects.filter(user__in=own, kind__in=WAKING):
        found[point.user_id].append(point)
    return found


def states_of(points: Sequence[ContactPoint], kinds: Sequence[ContactPoint.Kind]) -> list[tuple[str, str]]:
    """Return the best state of each of these kinds; the mailbox of the account always works."""
    best = [(kind, best_of({state_of(point) for point in points if point.kind == kind})) for kind in kinds]
    return [(str(KINDS[kind]), state) for kind, state in [*best, (Kind.EMAIL, ON)]]


def shown_kinds(points: Iterable[ContactPoint]) -> list[ContactPoint.Kind]:
    """Return the kinds that wake and are set up; pagers, which people bring, if somebody has one."""
    with_points = {point.kind for point in points}
    return [kind for kind in WAKING if is_set_up(kind) and (kind != Kind.PAGER or kind in with_points)]


def best_of(states: set[str]) -> str:
    return next((one for one in (ON, WAITING, OFF) if one in states), NONE)


def night_steps(roster: Roster) -> list[ContactStep]:
    """Return the steps in force while the clinic is closed."""
    closed = [step for step in roster.steps if step.hours == ContactStep.Hours.CLOSED]
    return closed or roster.steps


def first_step(member: StaffMember, roster: Roster, duties: list[Duty]) -> int | None:
    """Return the number of the first step that names the member, or whoever is on duty if the member is."""
    for number, step in enumerate(night_steps(roster), start=1):
        if member.pk in roster.members[step.pk] or (step.on_duty and duties):
            return number
    return None


def on_call_words(member: StaffMember, roster: Roster, duties: list[Duty], now: datetime) -> str:
    """Return when the member may be woken: "Every night", "Tonight from 18:00", "Thu, Fri"; empty for never."""
    steps = night_steps(roster)
    if not steps or any(member.pk in roster.members[step.pk] for step in steps):
        return _("Every night")
    if not duties or not any(step.on_duty for step in steps):
        return ""
    first = duties[0]
    if first.starts_at <= now:
        return _("Now, until %(clock)s") % {"clock": clock_of(first.ends_at)}
    if timezone.localdate(first.starts_at) == timezone.localdate(now):
        return _("Today from %(clock)s") % {"clock": clock_of(first.starts_at)}
    return days_of(duties)


def clock_of(instant: datetime) -> str:
    return date_format(timezone.localtime(instant), pgettext("date format", "H:i"))


def days_of(duties: list[Duty]) -> str:
    """Return the days on which the duties begin: "Thu, Fri"."""
    days = dict.fromkeys(timezone.localdate(duty.starts_at) for duty in duties)
    return ", ".join(date_format(day, "D") for day in list(days)[:DAYS_SHOWN])
