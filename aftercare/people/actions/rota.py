"""Actions of managers on closed days and the on-duty rota."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from aftercare.people.actions.events import record_event
from aftercare.people.models import Clinic, Event, Shift, StaffMember, User

LONGEST_SHIFT = timedelta(days=7)
WEEK = timedelta(days=7)


def note_change(*, clinic: Clinic, by: User, now: datetime, what: str) -> None:
    """Record a change of what decides who is notified; `what` is its kind, without names."""
    record_event(verb=Event.Verb.CHANGED_CONTACTS, actor=by, now=now, clinic=clinic, data={"what": what})


@transaction.atomic
def close_on(*, clinic: Clinic, day: date, name: str, by: User, now: datetime) -> None:
    """Close the clinic on one date, whatever its week says."""
    current = Clinic.objects.select_for_update().get(pk=clinic.pk)
    current.closed_days = dict(sorted({**current.closed_days, day.isoformat(): name}.items()))
    current.save(update_fields=["closed_days"])
    note_change(clinic=current, by=by, now=now, what="closed_day")


@transaction.atomic
def open_on(*, clinic: Clinic, day: date, by: User, now: datetime) -> None:
    """Remove a closed day."""
    current = Clinic.objects.select_for_update().get(pk=clinic.pk)
    if current.closed_days.pop(day.isoformat(), None) is not None:
        current.save(update_fields=["closed_days"])
        note_change(clinic=current, by=by, now=now, what="closed_day_removed")


@transaction.atomic
def put_on_duty(
    *, member: StaffMember, starts_at: datetime, ends_at: datetime, weeks: int = 1, by: User, now: datetime
) -> int:
    """Add shifts of a member on `weeks` weeks in a row at the same hours; return the number of new ones."""
    if not starts_at < ends_at <= starts_at + LONGEST_SHIFT:
        raise ValueError("a shift ends after it begins, within a week")
    clinic = member.clinic
    known = clinic.shifts.count()
    Shift.objects.bulk_create(
        (
            Shift(clinic=clinic, member=member, starts_at=start, ends_at=end)
            for start, end in weekly(starts_at, ends_at, weeks, clinic)
        ),
        ignore_conflicts=True,
    )
    note_change(clinic=clinic, by=by, now=now, what="rota")
    return clinic.shifts.count() - known


def weekly(
    starts_at: datetime, ends_at: datetime, weeks: int, clinic: Clinic
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the same hours week after week on the clinic's clock, across daylight saving changes."""
    start, end = starts_at.astimezone(clinic.zone), ends_at.astimezone(clinic.zone)
    for week in range(weeks):
        # Arithmetic on aware local times keeps the clock: 22:00 stays 22:00.
        yield start + WEEK * week, end + WEEK * week


def overlapping(*, member: StaffMember, starts_at: datetime, ends_at: datetime, weeks: int) -> list[Shift]:
    """Return shifts that a new shift of the member, or one of its weeks, would overlap.

    A shift at exactly the same hours is the same shift and no overlap.
    """
    wanted = [(start.astimezone(UTC), end) for start, end in weekly(starts_at, ends_at, weeks, member.clinic)]
    near = member.clinic.shifts.filter(ends_at__gt=wanted[0][0], starts_at__lt=wanted[-1][1])
    return [
        shift
        for shift in near.select_related("member__user")
        if any(shift.starts_at < end and start < shift.ends_at for start, end in wanted)
        and not (shift.member_id == member.pk and (shift.starts_at, shift.ends_at) in wanted)
    ]


def series_of(shift: Shift) -> list[Shift]:
    """Return a shift and every later one of the same person at the same hours of the week."""
    later = shift.clinic.shifts.filter(member=shift.member_id, starts_at__gte=shift.starts_at)
    places = {(one.starts_at, one.ends_at): one for one in later}
    weeks = (max(start for start, _end in places) - shift.starts_at) // WEEK + 2
    wanted = weekly(shift.starts_at, shift.ends_at, weeks, shift.clinic)
    found = (places.get((start.astimezone(UTC), end.astimezone(UTC))) for start, end in wanted)
    return [one for one in found if one is not None]


@transaction.atomic
def take_off_duty(*, shifts: Collection[Shift], clinic: Clinic, by: User, now: datetime) -> int:
    """Remove shifts; return how many still existed."""
    removed, _each = clinic.shifts.filter(pk__in=[shift.pk for shift in shifts]).delete()
    if removed:
        note_change(clinic=clinic, by=by, now=now, what="rota_removed")
    return removed
