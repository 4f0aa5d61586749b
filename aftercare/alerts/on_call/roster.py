"""Whom a clinic's contact steps reach at one instant: members, the rota, opening hours, absences."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from aftercare.alerts.models import ContactStep
from aftercare.people.models import Clinic, Shift, StaffMember

# How far ahead staff are warned of an hour at which no step reaches anybody.
LOOK_AHEAD = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """A clinic's contact steps, rota and people, loaded once and then asked for any instant of the next week."""

    clinic: Clinic
    steps: list[ContactStep]
    # The ids of each step's members, by the step's.
    members: dict[int, list[int]]
    shifts: list[Shift]
    everybody: list[StaffMember]

    @classmethod
    def of(cls, clinic: Clinic, now: datetime) -> Roster:
        """The rota from `now` on. Two queries, and one for the rota where a step asks for it."""
        steps: dict[int, ContactStep] = {}
        members: dict[int, list[int]] = {}
        rows = clinic.contact_steps.order_by("-hours", "position", "members")
        for step in rows.annotate(one_member=F("members")):
            steps.setdefault(step.pk, step)
            members.setdefault(step.pk, []).extend([step.one_member] if step.one_member else [])
        shifts = clinic.shifts.filter(ends_at__gt=now, starts_at__lte=now + LOOK_AHEAD)
        asked = any(step.on_duty for step in steps.values())
        return cls(
            clinic=clinic,
            steps=list(steps.values()),
            members=members,
            shifts=list(shifts) if asked else [],
            everybody=list(clinic.staff_members.active().select_related("user").order_by("pk")),
        )

    def members_of(self, step: ContactStep) -> list[StaffMember]:
        """Who is named in a step and works for the clinic now."""
        return [member for member in self.everybody if member.pk in self.members[step.pk]]

    def steps_at(self, now: datetime) -> list[ContactStep]:
        """The list in force, in its order: while closed the one for closed hours, unless it is empty."""
        if not self.clinic.hours.current(now):
            closed = [step for step in self.steps if step.hours == ContactStep.Hours.CLOSED]
            if closed:
                return closed
        return [step for step in self.steps if step.hours == ContactStep.Hours.OPEN]

    def last_position(self, now: datetime) -> int:
        """The position of the last step in force; 0 where there is none or one."""
        return max((step.position for step in self.steps_at(now)), default=0)

    def step_at(self, position: int, now: datetime) -> ContactStep | None:
        """The step in force at a position, or else the nearest before it."""
        return max(
            (step for step in self.steps_at(now) if step.position <= position),
            key=lambda step: step.position,
            default=None,
        )

    def reached_by(self, step: ContactStep, now: datetime) -> list[StaffMember]:
        """Who of a step can be reached: its members, and whoever is on duty where it says so."""
        wanted = set(self.members[step.pk])
        if step.on_duty:
            wanted |= {s.member_id for s in self.shifts if s.member_id and s.starts_at <= now < s.ends_at}
        return [m for m in self.everybody if m.pk in wanted and m.is_reachable(now)]

    def recipients(self, position: int, now: datetime) -> list[StaffMember]:
        """Who is told at a position. Where that reaches nobody: everybody who is there, or who works there."""
        step = self.step_at(position, now)
        people = self.reached_by(step, now) if step else []
        there = [member for member in self.everybody if member.is_reachable(now)]
        return people or there or self.everybody

    def on_duty(self, user_ids: Collection[int | None], now: datetime) -> list[StaffMember]:
        """Those of these users who are on duty: on the rota, or named in a step in force, where there is a rota."""
        there = [one for one in self.everybody if one.user_id in user_ids and one.is_reachable(now)]
        if not self.shifts:
            return there
        called = {one.pk for step in self.steps_at(now) for one in self.reached_by(step, now)}
        return [one for one in there if one.pk in called]

    def managers(self, now: datetime) -> list[StaffMember]:
        """The managers of the clinic who are there, or else all of them."""
        all_of_them = [one for one in self.everybody if one.role == StaffMember.Role.MANAGER]
        return [one for one in all_of_them if one.is_reachable(now)] or all_of_them

    def has_somebody(self, now: datetime) -> bool:
        """Whether anybody works at the clinic who is not away."""
        return any(member.is_reachable(now) for member in self.everybody)

    def reaches_somebody(self, now: datetime) -> bool:
        """Whether at least one step in force resolves to a person who can be reached."""
        return any(self.reached_by(step, now) for step in self.steps_at(now))

    def first_gap(self, now: datetime) -> datetime | None:
        """From when in the next week no step reaches anybody; None where one always does."""
        return next((at for at in self.turning_points(now) if not self.reaches_somebody(at)), None)

    def turning_points(self, now: datetime) -> list[datetime]:
        """`now` and every later instant of the week at which the answer may change."""
        openings = self.clinic.hours.openings(now)
        instants = {
            *(at for o in openings for at in (o.opens, o.closes)),
            *(at for s in self.shifts for at in (s.starts_at, s.ends_at)),
            *(at for m in self.everybody for at in (m.away_from, m.away_until) if at),
        }
        return [now, *sorted(at for at in instants if now < at <= now + LOOK_AHEAD)]
