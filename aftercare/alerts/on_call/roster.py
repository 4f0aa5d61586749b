"""On-call roster: whom contact steps reach at an instant, by members, rota, overrides, opening hours and absences.

Who is on duty is decided here alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from aftercare.alerts.models import ContactStep, Override
from aftercare.database.compiled_queries import CompiledQuery
from aftercare.people.models import Clinic, Shift, StaffMember

# Staff are warned this far ahead of a time at which no step reaches anybody.
LOOK_AHEAD = timedelta(days=7)


def steps_of(clinics: Iterable[int]) -> QuerySet[ContactStep]:
    """The contact steps of clinics in order, once for each member, whose id is `one_member`; None without members."""
    steps = ContactStep.objects.filter(clinic__in=clinics).order_by("-hours", "position", "members")
    return steps.annotate(one_member=F("members"))


def staff_of(clinics: Iterable[int]) -> QuerySet[StaffMember]:
    """The staff of clinics who work there now, with their users."""
    return StaffMember.objects.active().filter(clinic__in=clinics).select_related("user").order_by("pk")


# Those of one clinic: the notices above each page of staff depend on them.
find_steps = CompiledQuery(lambda clinic: steps_of([clinic]), clinic=-1)
find_staff = CompiledQuery(lambda clinic: staff_of([clinic]), clinic=-1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """Contact steps, rota and staff of a clinic, loaded once for any instant of the next week."""

    clinic: Clinic
    steps: list[ContactStep]
    # Member ids by step id.
    members: dict[int, list[int]]
    shifts: list[Shift]
    overrides: list[Override]
    everybody: list[StaffMember]

    @classmethod
    def of(cls, clinic: Clinic, now: datetime) -> Roster:
        """Load the roster from `now` on: two queries, and two more if a step uses the rota."""
        return cls.of_all([clinic], now)[clinic.pk]

    @classmethod
    def of_all(cls, clinics: Iterable[Clinic], now: datetime) -> dict[int, Roster]:
        """Load the rosters of several clinics, by clinic, in as many queries as that of one."""
        rosters = {
            clinic.pk: cls(clinic=clinic, steps=[], members={}, shifts=[], overrides=[], everybody=[])
            for clinic in clinics
        }
        only = next(iter(rosters)) if len(rosters) == 1 else None
        for step in steps_of(rosters) if only is None else find_steps(clinic=only):
            roster = rosters[step.clinic_id]
            if step.pk not in roster.members:
                roster.steps.append(step)
            member: int | None = step.one_member  # type: ignore[attr-defined]
            roster.members.setdefault(step.pk, []).extend([member] if member else [])
        asked = [pk for pk, roster in rosters.items() if any(step.on_duty for step in roster.steps)]
        shifts = Shift.objects.filter(clinic__in=asked, ends_at__gt=now, starts_at__lte=now + LOOK_AHEAD)
        for shift in shifts:
            rosters[shift.clinic_id].shifts.append(shift)
        overrides = Override.objects.standing(now).filter(clinic__in=asked, starts_at__lte=now + LOOK_AHEAD)
        for override in overrides:
            rosters[override.clinic_id].overrides.append(override)
        for person in staff_of(rosters) if only is None else find_staff(clinic=only):
            person.clinic = rosters[person.clinic_id].clinic
            rosters[person.clinic_id].everybody.append(person)
        return rosters

    def members_of(self, step: ContactStep) -> list[StaffMember]:
        """Return the members of a step who work for the clinic now."""
        return [member for member in self.everybody if member.pk in self.members[step.pk]]

    def steps_at(self, now: datetime) -> list[ContactStep]:
        """Return the list in force, in order: in closed hours its own list, unless that is empty."""
        if not self.clinic.hours.current(now):
            closed = [step for step in self.steps if step.hours == ContactStep.Hours.CLOSED]
            if closed:
                return closed
        return [step for step in self.steps if step.hours == ContactStep.Hours.OPEN]

    def last_position(self, now: datetime) -> int:
        """Return the position of the last step in force; 0 if there is none."""
        return max((step.position for step in self.steps_at(now)), default=0)

    def step_at(self, position: int, now: datetime) -> ContactStep | None:
        """Return the step in force at a position, or the nearest before it."""
        return max(
            (step for step in self.steps_at(now) if step.position <= position),
            key=lambda step: step.position,
            default=None,
        )

    def reached_by(self, step: ContactStep, now: datetime) -> list[StaffMember]:
        """Return the available people of a step: members, and whoever is on duty if the step says so."""
        wanted = set(self.members[step.pk])
        if step.on_duty:
            wanted |= {member.pk for member in self.people_on_duty(now)}
        return [m for m in self.everybody if m.pk in wanted and m.is_reachable(now)]

    def people_on_duty(self, now: datetime) -> list[StaffMember]:
        """Return who is on duty and available: by an override while it lasts, else by the rota.

        An override whose person has left or is away does not hold, so that the rota does. One in place of a person
        lasts while that person has a place, or a place has nobody: the person may have left since.
        """
        available = {member.pk: member for member in self.everybody if member.is_reachable(now)}
        placed = {shift.member_id for shift in self.shifts if shift.starts_at <= now < shift.ends_at}
        holding = [one for one in self.overrides if one.covers(now) and one.member_id in available]
        replaced = {one.instead_of_id for one in holding}
        wanted = set() if None in replaced else placed - replaced
        wanted |= {one.member_id for one in holding if one.instead_of_id in {*placed, None} or None in placed}
        return [member for pk, member in available.items() if pk in wanted]

    def recipients(self, position: int, now: datetime) -> list[StaffMember]:
        """Return whom to notify at a position; if it reaches nobody, everybody available, else everybody."""
        step = self.step_at(position, now)
        people = self.reached_by(step, now) if step else []
        available = [member for member in self.everybody if member.is_reachable(now)]
        return people or available or self.everybody

    def on_duty(self, user_ids: Collection[int | None], now: datetime) -> list[StaffMember]:
        """Return the available ones of these users, if there are shifts only those whom a step in force reaches."""
        available = [one for one in self.everybody if one.user_id in user_ids and one.is_reachable(now)]
        if not self.shifts and not self.overrides:
            return available
        called = {one.pk for step in self.steps_at(now) for one in self.reached_by(step, now)}
        return [one for one in available if one.pk in called]

    def managers(self, now: datetime) -> list[StaffMember]:
        """Return the available managers, or all of them if none is available."""
        all_of_them = [one for one in self.everybody if one.role == StaffMember.Role.MANAGER]
        return [one for one in all_of_them if one.is_reachable(now)] or all_of_them

    def has_somebody(self, now: datetime) -> bool:
        """True if anybody at the clinic is available."""
        return any(member.is_reachable(now) for member in self.everybody)

    def reaches_somebody(self, now: datetime) -> bool:
        """True if a step in force reaches somebody."""
        return any(self.reached_by(step, now) for step in self.steps_at(now))

    def first_gap(self, now: datetime) -> datetime | None:
        """Return the first instant of the next week at which no step reaches anybody, or None."""
        return next((at for at in self.turning_points(now) if not self.reaches_somebody(at)), None)

    def changes_of_duty(self) -> set[datetime]:
        """Return the instants at which shifts and overrides begin and end."""
        spans = [(one.starts_at, one.ends_at) for one in self.shifts]
        spans += [(one.starts_at, one.ends_at) for one in self.overrides]
        return {at for span in spans for at in span}

    def turning_points(self, now: datetime) -> list[datetime]:
        """Return `now` and every later instant of the week at which the result may change."""
        openings = self.clinic.hours.openings(now)
        instants = {
            *(at for o in openings for at in (o.opens, o.closes)),
            *self.changes_of_duty(),
            *(at for m in self.everybody for at in (m.away_from, m.away_until) if at),
        }
        return [now, *sorted(at for at in instants if now < at <= now + LOOK_AHEAD)]
