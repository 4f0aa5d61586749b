"""Actions on contact steps and absences."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from aftercare.alerts.following_up.unassign import clear_shifts, unassign_alert, without_available_owner
from aftercare.alerts.models import ContactStep
from aftercare.people.actions.rota import note_change
from aftercare.people.models import Clinic, StaffMember, User


@transaction.atomic
def add_step(
    *,
    clinic: Clinic,
    hours: str,
    members: Collection[StaffMember],
    on_duty: bool,
    wait_min: int,
    by: User,
    now: datetime,
) -> ContactStep:
    """Add a step at the end of a list."""
    position = len(renumbered_steps(clinic, hours))
    step = ContactStep.objects.create(
        clinic=clinic, hours=hours, position=position, on_duty=on_duty, wait_min=wait_min
    )
    step.members.set(require_same_clinic(clinic, members))
    note_change(clinic=clinic, by=by, now=now, what="contact_step")
    return step


@transaction.atomic
def change_step(
    *,
    step: ContactStep,
    members: Collection[StaffMember],
    on_duty: bool,
    wait_min: int,
    by: User,
    now: datetime,
) -> None:
    """Change the members, duty flag and wait of a step."""
    step.on_duty, step.wait_min = on_duty, wait_min
    step.save(update_fields=["on_duty", "wait_min"])
    step.members.set(require_same_clinic(step.clinic, members))
    note_change(clinic=step.clinic, by=by, now=now, what="contact_step")


@transaction.atomic
def remove_step(*, step: ContactStep, by: User, now: datetime) -> None:
    """Remove a step; later ones move up."""
    clinic, hours = step.clinic, step.hours
    step.delete()
    renumbered_steps(clinic, hours)
    note_change(clinic=clinic, by=by, now=now, what="contact_step_removed")


@transaction.atomic
def move_up(*, step: ContactStep, by: User, now: datetime) -> None:
    """Swap a step with the one before it; the first stays."""
    steps = renumbered_steps(step.clinic, step.hours)
    place = next(index for index, one in enumerate(steps) if one.pk == step.pk)
    if place > 0:
        steps.insert(place - 1, steps.pop(place))
        renumber(steps)
        note_change(clinic=step.clinic, by=by, now=now, what="contact_steps_order")


def renumbered_steps(clinic: Clinic, hours: str) -> list[ContactStep]:
    """Return the steps of a list, renumbered from 0. Locks the clinic against concurrent changes."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    steps = list(ContactStep.objects.filter(clinic=clinic, hours=hours).order_by("position"))
    renumber(steps)
    return steps


def renumber(steps: list[ContactStep]) -> None:
    """Store the positions of steps in order; first above all others, because positions are unique."""
    if [step.position for step in steps] == list(range(len(steps))):
        return
    above = max(step.position for step in steps) + 1
    for base in (above, 0):
        for index, step in enumerate(steps):
            step.position = base + index
            step.save(update_fields=["position"])


def require_same_clinic(clinic: Clinic, members: Collection[StaffMember]) -> Collection[StaffMember]:
    """Return `members`; raise ValueError if one works for another clinic."""
    if any(member.clinic_id != clinic.pk for member in members):
        raise ValueError("a contact step holds people of its own clinic")
    return members


@transaction.atomic
def set_absence(
    *,
    member: StaffMember,
    away_from: datetime | None,
    away_until: datetime | None,
    by: User,
    now: datetime,
) -> None:
    """Set or, without `away_from`, end an absence. The member's alerts are unassigned at once."""
    member.away_from, member.away_until = away_from, away_until if away_from else None
    member.save(update_fields=["away_from", "away_until"])
    note_change(clinic=member.clinic, by=by, now=now, what="absence")
    for alert in without_available_owner(now).filter(clinic=member.clinic, acknowledged_by=member.user):
        unassign_alert(alert, now)
    clear_shifts(now)
