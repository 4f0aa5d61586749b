"""Overrides of the rota: set and remove them, and tell whom they concern."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from aftercare.alerts.models import Override
from aftercare.alerts.on_call.roster import Roster
from aftercare.alerts.on_call.telling import said, span_of, tell
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from aftercare.people.actions.rota import note_change
from aftercare.people.models import Clinic, Shift, StaffMember, User

SET, REMOVED = "override_set", "override_removed"
LONGEST = timedelta(days=14)
FARTHEST = timedelta(days=366)
# Whoever fills in a form takes a few minutes.
PATIENCE = timedelta(minutes=15)
PATH = "/clinic/contacts/"


class OverrideError(ValueError):
    """The override cannot be set. `code` says why; `clash`: the override that is there already."""

    def __init__(self, code: str, clash: Override | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.clash = clash


@transaction.atomic
def set_override(
    *,
    member: StaffMember,
    instead_of: StaffMember | None,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
    now: datetime,
) -> Override:
    """Put a member on duty for a stretch, in place of one person or of everybody on the rota.

    Raise OverrideError if that cannot be.
    """
    clinic: Clinic = Clinic.objects.select_for_update().get(pk=member.clinic_id)
    require_sensible(starts_at, ends_at, now)
    current = clinic.staff_members.select_related("user").get(pk=member.pk)
    require_available(current, starts_at, ends_at)
    if instead_of is not None:
        require_on_rota(clinic, current, instead_of, starts_at, ends_at)
    require_no_clash(clinic, current, instead_of, starts_at, ends_at)
    override: Override = Override.objects.create(
        clinic=clinic,
        member=current,
        instead_of=instead_of,
        starts_at=max(starts_at, now),
        ends_at=ends_at,
        set_by=by,
        set_at=now,
    )
    note_change(clinic=clinic, by=by, now=now, what="override")
    tell_concerned(override, SET, by, now)
    return override


def require_sensible(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raise OverrideError unless the stretch lies ahead and has a sensible length."""
    if starts_at < now - PATIENCE or ends_at <= now:
        raise OverrideError("past")
    if starts_at >= ends_at:
        raise OverrideError("order")
    if ends_at - starts_at > LONGEST:
        raise OverrideError("long")
    if starts_at > now + FARTHEST:
        raise OverrideError("far")


def require_available(member: StaffMember, starts_at: datetime, ends_at: datetime) -> None:
    """Raise OverrideError unless the member works here and is there for the whole stretch."""
    if not (member.is_active and member.user.is_active):
        raise OverrideError("gone")
    if is_away_within(member, starts_at, ends_at):
        raise OverrideError("away")


def is_away_within(member: StaffMember, starts_at: datetime, ends_at: datetime) -> bool:
    """Return True if an absence covers any part of the stretch."""
    begun = member.away_from is not None and member.away_from < ends_at
    return begun and (member.away_until is None or member.away_until > starts_at)


def require_on_rota(
    clinic: Clinic, member: StaffMember, instead_of: StaffMember, starts_at: datetime, ends_at: datetime
) -> None:
    """Raise OverrideError unless the replaced person is somebody else, who is on the rota then."""
    if instead_of.pk == member.pk:
        raise OverrideError("same")
    places = Shift.objects.filter(clinic=clinic, member=instead_of, ends_at__gt=starts_at)
    if not places.filter(starts_at__lt=ends_at).exists():
        raise OverrideError("no_place")


def require_no_clash(
    clinic: Clinic,
    member: StaffMember,
    instead_of: StaffMember | None,
    starts_at: datetime,
    ends_at: datetime,
) -> None:
    """Raise OverrideError if another override at these times concerns the same people.

    Two overrides that replace each other's person would leave nobody on duty.
    """
    near = clinic.overrides.filter(removed_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at)
    people = {member.pk, instead_of.pk if instead_of else None}
    for other in near.select_related("member__user", "clinic"):
        theirs = {other.member_id, other.instead_of_id}
        if None in people | theirs or people & theirs:
            raise OverrideError("overlap", other)


@transaction.atomic
def remove_override(*, override: Override, by: User, now: datetime) -> bool:
    """Remove an override, so that the rota holds again; return False if it was removed or is over."""
    standing = Override.objects.standing(now).filter(pk=override.pk)
    if not standing.update(removed_at=now, removed_by=by):
        return False
    note_change(clinic=override.clinic, by=by, now=now, what="override_removed")
    tell_concerned(override, REMOVED, by, now)
    return True


def tell_concerned(override: Override, kind: str, by: User, now: datetime) -> None:
    """Tell who is on, who is replaced, and the managers, if none of them did it; not whoever did it."""
    clinic = override.clinic
    roster = Roster.of(clinic, now)
    managers = roster.managers(now)
    concerned = {override.member_id, override.instead_of_id}
    if override.instead_of_id is None:
        places = clinic.shifts.filter(starts_at__lt=override.ends_at, ends_at__gt=override.starts_at)
        concerned |= set(places.values_list("member", flat=True))
    if by.pk not in {manager.user_id for manager in managers}:
        concerned |= {manager.pk for manager in managers}
    people = [one for one in roster.everybody if one.pk in concerned and one.user_id != by.pk]
    tell(people, kind=kind, subject=override.pk, clinic=clinic, now=now, expires_at=override.ends_at)


def render_set(message: Message, _now: datetime) -> Content | None:
    """Say who is on duty instead of whom; None once the override was removed."""
    override = Override.objects.select_related("clinic", "member__user", "instead_of__user").get(
        pk=message.subject
    )
    if override.removed_at is not None:
        return None
    words = {"span": span_of(override.starts_at, override.ends_at, override.clinic), **names_of(override)}
    if message.recipient_id == override.member.user_id:
        short = _("You are on duty %(span)s, in place of %(other)s.") % words
    elif override.instead_of and message.recipient_id == override.instead_of.user_id:
        short = _("%(name)s is on duty in your place, %(span)s.") % words
    else:
        short = _("%(name)s is on duty %(span)s, in place of %(other)s.") % words
    return said(short, _("Sign in to see the rota:"), PATH)


def render_removed(message: Message, _now: datetime) -> Content:
    """Say that the rota holds again."""
    override = Override.objects.select_related("clinic", "member__user", "instead_of__user").get(
        pk=message.subject
    )
    words = {"span": span_of(override.starts_at, override.ends_at, override.clinic), **names_of(override)}
    if message.recipient_id == override.member.user_id:
        short = _("You are not on duty in place of %(other)s any more, %(span)s.") % words
    else:
        short = _("%(name)s is not on duty in place of %(other)s any more, %(span)s.") % words
    return said(short, _("Sign in to see the rota:"), PATH)


def names_of(override: Override) -> dict[str, str]:
    """Return who is on, and in whose place."""
    other = str(override.instead_of.user) if override.instead_of else _("everybody on the rota")
    return {"name": str(override.member.user), "other": other}
