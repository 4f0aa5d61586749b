"""The data of the rota on the contacts page: shifts, who is on instead, who has confirmed, and requests to swap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from aftercare.alerts.models import DutyConfirmation, Override, Swap
from aftercare.alerts.on_call.roster import Roster
from aftercare.people.models import Shift, StaffMember
from clinic.access import roster_of
from clinic.permissions import may_edit_rota, may_remove_override, may_replace

ROTA_SHOWN = timedelta(days=28)


@dataclass(frozen=True, kw_only=True, slots=True)
class RotaRow:
    """One shift, who is on in its place, and what the reader may do with it."""

    shift: Shift
    overrides: list[Override]
    confirmation: DutyConfirmation | None
    may_replace: bool
    may_ask: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OverrideRow:
    """One override. `holds`: False while its person is away or has left, so that the rota holds."""

    override: Override
    holds: bool
    may_remove: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Rota:
    rows: list[RotaRow]
    overrides: list[OverrideRow]
    swaps: list[Swap]
    on_now: list[StaffMember]

    @property
    def names_on_now(self) -> str:
        return ", ".join(str(member.user) for member in self.on_now)


def rota_of(member: StaffMember, now: datetime) -> Rota:
    """Return the rota of the next four weeks as `member` sees it."""
    clinic, roster = member.clinic, roster_of(member, now)
    until = now + ROTA_SHOWN
    shifts = clinic.shifts.filter(ends_at__gt=now, starts_at__lte=until).select_related("member__user")
    overrides = list(
        clinic.overrides.standing(now)
        .filter(starts_at__lte=until)
        .select_related("member__user", "instead_of__user")
    )
    asked = clinic.duty_confirmations.filter(ends_at__gt=now)
    confirmations = {(one.member_id, one.starts_at): one for one in asked}
    swaps = clinic.swaps.waiting(now).select_related("asked_by__user", "asked__user")
    concerned = Q() if may_edit_rota(member) else Q(asked=member) | Q(asked_by=member)
    return Rota(
        rows=[rota_row(shift, overrides, confirmations, member, now) for shift in shifts],
        overrides=[override_row(one, roster, member) for one in overrides],
        swaps=list(swaps.filter(concerned)),
        on_now=roster.people_on_duty(now),
    )


def rota_row(
    shift: Shift,
    overrides: list[Override],
    confirmations: dict[tuple[int, datetime], DutyConfirmation],
    member: StaffMember,
    now: datetime,
) -> RotaRow:
    """Return the row of one shift."""
    within = [one for one in overrides if one.starts_at < shift.ends_at and one.ends_at > shift.starts_at]
    return RotaRow(
        shift=shift,
        overrides=[one for one in within if one.instead_of_id in {None, shift.member_id}],
        confirmation=confirmations.get((shift.member_id or 0, shift.starts_at)),
        may_replace=shift.member_id is not None and may_replace(member, shift),
        may_ask=shift.member_id == member.pk and shift.starts_at > now,
    )


def override_row(override: Override, roster: Roster, member: StaffMember) -> OverrideRow:
    """Return the row of one override."""
    person = next((one for one in roster.everybody if one.pk == override.member_id), None)
    return OverrideRow(
        override=override,
        holds=person is not None and person.is_reachable(override.starts_at),
        may_remove=may_remove_override(member, override),
    )
