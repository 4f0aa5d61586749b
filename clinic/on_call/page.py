"""The data of the contacts page: contact steps, rota, absences, closed days and drills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.alerts.actions.drills import DrillTimes, drill_times
from aftercare.alerts.models import ContactStep, Drill
from aftercare.alerts.on_call.roster import Roster
from aftercare.people.models import Clinic, StaffMember
from clinic.access import roster_of
from clinic.on_call.rota_page import Rota, rota_of

DRILLS_SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRow:
    """One contact step, and the staff that it would notify now if its list were in force."""

    step: ContactStep
    number: int
    members: list[StaffMember]
    reaches: list[StaffMember]

    @property
    def is_first(self) -> bool:
        return self.number == 1

    @property
    def who(self) -> str:
        """The staff of the step, by name."""
        names = [str(member.user) for member in self.members]
        return ", ".join(([_("whoever is on duty")] if self.step.on_duty else []) + names) or _("nobody now")

    @property
    def names_reached(self) -> str:
        return ", ".join(str(member.user) for member in self.reaches)


@dataclass(frozen=True, kw_only=True, slots=True)
class DrillRow:
    drill: Drill
    timing: DrillTimes


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactsPage:
    open_steps: list[StepRow]
    closed_steps: list[StepRow]
    is_open: bool
    gap: datetime | None
    rota: Rota
    people: list[StaffMember]
    away: list[StaffMember]
    closed_days: list[tuple[date, str]]
    drills: list[DrillRow]

    @property
    def running(self) -> DrillRow | None:
        return next((row for row in self.drills if row.drill.ended_at is None), None)

    @property
    def uses_rota(self) -> bool:
        return any(row.step.on_duty for row in [*self.open_steps, *self.closed_steps])


def contacts_page(member: StaffMember, now: datetime) -> ContactsPage:
    """Return the contacts page as of `now`."""
    roster, clinic = roster_of(member, now), member.clinic
    people = roster.everybody
    drills = clinic.drills.select_related("started_by", "acknowledged_by")[:DRILLS_SHOWN]
    return ContactsPage(
        open_steps=step_rows(roster, ContactStep.Hours.OPEN, now),
        closed_steps=step_rows(roster, ContactStep.Hours.CLOSED, now),
        is_open=clinic.hours.current(now) is not None,
        gap=roster.first_gap(now),
        rota=rota_of(member, now),
        people=people,
        away=[m for m in people if m.away_from and (m.away_until is None or m.away_until > now)],
        closed_days=closed_days_from(clinic, timezone.localdate(now)),
        drills=[DrillRow(drill=drill, timing=drill_times(drill)) for drill in drills],
    )


def step_rows(roster: Roster, hours: str, now: datetime) -> list[StepRow]:
    """Return the steps of one list, in order."""
    steps = [step for step in roster.steps if step.hours == hours]
    return [
        StepRow(
            step=step, number=number, members=roster.members_of(step), reaches=roster.reached_by(step, now)
        )
        for number, step in enumerate(steps, start=1)
    ]


def closed_days_from(clinic: Clinic, today: date) -> list[tuple[date, str]]:
    """Return the closed days from `today` on."""
    days = ((date.fromisoformat(day), name) for day, name in clinic.closed_days.items())
    return sorted((day, name) for day, name in days if day >= today)
