"""The dates of a recovery as a calendar file: the planned check-ins, and from when make-up may be worn.

Calendars are shared, synchronised and shown on locked screens, so that the file holds no other advice.

A later file updates the calendar instead of doubling it: each event keeps its UID, and its SEQUENCE rises with the
time of the file. What a newer treatment has put out of date is cancelled. Instants are in UTC, dates are whole days of
the clinic's calendar, so that no time zone has to be described in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from aftercare.checkins.schedule import LAST_DAY, planned_dates
from aftercare.guidance.instructions.clinic_instructions import all_for
from aftercare.guidance.models import Instruction
from aftercare.people.models import Patient, Procedure

PRODUCT = "-//Aftercare//Recovery//EN"
# SEQUENCE counts seconds from here, so that it stays within the 31 bits that calendars keep.
SEQUENCE_FROM = datetime(2026, 1, 1, tzinfo=UTC)
KEPT = timedelta(days=LAST_DAY)  # how long the events of an earlier treatment may still be ahead
LONG = timedelta(minutes=15)  # how much room an instant takes, so that a calendar shows it


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """An event. `name`: what its UID is made of, beside the procedure; `begins`: a whole day or an instant."""

    procedure_id: UUID
    name: str
    begins: date | datetime
    title: str
    text: str
    path: str
    is_cancelled: bool = False


def calendar_file(patient: Patient, now: datetime) -> bytes | None:
    """Return the file of a patient; None before the first treatment."""
    done = list(patient.procedures.filter(performed_at__lte=now).in_order().reverse())
    if not done:
        return None
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Aftercare"))
    for one in dates_of(done, patient):
        calendar.add_component(event(one, now))
    written: bytes = calendar.to_ical()
    return written


def dates_of(done: list[Procedure], patient: Patient) -> Iterator[CalendarDate]:
    """Yield the dates of the latest procedure, and those of earlier ones that it has put out of date.

    `done`: latest first. The hour of make-up still holds after an earlier treatment of another area.
    """
    latest = done[0]
    yield from check_ins_after(latest, patient)
    yield from make_up_after(latest, patient)
    for earlier in done[1:]:
        if latest.performed_at - earlier.performed_at > KEPT:
            continue
        yield from check_ins_after(earlier, patient, replaced_by=latest)
        replaced_by = latest if earlier.area == latest.area else None
        yield from make_up_after(earlier, patient, replaced_by=replaced_by)


def check_ins_after(
    procedure: Procedure, patient: Patient, replaced_by: Procedure | None = None
) -> Iterator[CalendarDate]:
    """Yield the planned check-ins; those from the day of a newer treatment on are cancelled."""
    zone = patient.clinic.zone
    until = replaced_by.performed_at.astimezone(zone).date() if replaced_by else None
    treated_on = procedure.performed_at.astimezone(zone).date()
    for day in planned_dates(procedure.performed_at, zone, patient.clinic.check_in_days):
        yield CalendarDate(
            procedure_id=procedure.pk,
            name=f"check-in {(day - treated_on).days}",
            begins=day,
            title=_("Check-in"),
            text=_("It takes about a minute. You can check in on any other day too. Worried? Call."),
            path=reverse("check_in"),
            is_cancelled=until is not None and day >= until,
        )


def make_up_after(
    procedure: Procedure, patient: Patient, replaced_by: Procedure | None = None
) -> Iterator[CalendarDate]:
    """Yield from when make-up may be worn; cancelled from a newer treatment of the same area on."""
    for one in all_for(patient.clinic, procedure.kind):
        if not one.is_do or one.clinic_field != Instruction.ClinicField.MAKE_UP:
            continue
        begins = procedure.performed_at + timedelta(hours=one.from_hour)
        yield CalendarDate(
            procedure_id=procedure.pk,
            name=one.key,
            begins=begins,
            title=_("Make-up: usually from now on"),
            text=one.text,
            path=reverse("article", args=[one.article_slug]),
            is_cancelled=replaced_by is not None and begins >= replaced_by.performed_at,
        )


def event(one: CalendarDate, now: datetime) -> Event:
    """Return an event as the calendar file has it. Private: in a shared calendar others see no more than a slot."""
    made = Event()
    made.add("uid", f"{uuid5(NAMESPACE_URL, f'{one.procedure_id} {one.name}')}@aftercare")
    made.add("dtstamp", now)
    made.add("last-modified", now)
    made.add("sequence", max(0, int((now - SEQUENCE_FROM).total_seconds())))
    if isinstance(one.begins, datetime):
        made.add("dtstart", one.begins.astimezone(UTC))
        made.add("dtend", (one.begins + LONG).astimezone(UTC))
    else:
        made.add("dtstart", one.begins)
    made.add("summary", one.title)
    made.add("description", one.text)
    made.add("url", f"{settings.SITE_URL}{one.path}")
    made.add("status", "CANCELLED" if one.is_cancelled else "CONFIRMED")
    made.add("class", "PRIVATE")
    made.add("transp", "TRANSPARENT")
    return made
