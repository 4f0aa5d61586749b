"""Whom to call now: the clinic's telephones in the order that fits the hour, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aftercare.people.models import Clinic
from aftercare.ui.telephones import Telephone

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Phone:
    who: str
    number: Telephone | str
    primary: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """What the card "Talk to someone" shows at one instant."""

    is_open: bool
    sentence_bold: str
    sentence: str
    phones: tuple[Phone, ...]
    hours_rows: tuple[tuple[str, str], ...]


def clock_word(instant: datetime, now: datetime) -> str:
    """ "18:00", "tomorrow 09:00" or "Thursday 09:00", both instants in the zone to show."""
    days = (instant.date() - now.date()).days
    prefix = "" if days == 0 else "tomorrow " if days == 1 else f"{instant:%A} "
    return f"{prefix}{instant:%H:%M}"


def closed_days_soon(clinic: Clinic, today: date) -> list[tuple[str, str]]:
    """The closed days of the next two weeks, for below the week: ("Fri 25 Dec", "Closed")."""
    days = sorted(date.fromisoformat(day) for day in clinic.closed_days)
    return [(f"{day:%a} {day.day} {day:%b}", "Closed") for day in days if today <= day <= today + SOON]


def contact_at(clinic: Clinic, now: datetime) -> Contact:
    """Open: the clinic first. Closed: the out-of-hours line first, then the clinic from its next opening."""
    hours, local = clinic.hours, now.astimezone(clinic.zone)
    rows = (*hours.rows(), *closed_days_soon(clinic, local.date()))
    out_of_hours = clinic.out_of_hours_telephone
    if hours.is_always_open():
        return Contact(True, "Open day and night.", "", (Phone("Clinic", clinic.telephone, True),), rows)
    if opening := hours.current(now):
        until = clock_word(opening.closes.astimezone(clinic.zone), local)
        phones: tuple[Phone, ...] = (
            Phone(f"Clinic, open until {until}", clinic.telephone, True),
            Phone(f"Out-of-hours line, from {until}", out_of_hours, False),
        )
        return Contact(True, "Open now.", f"Closes {until}.", phones, rows)
    upcoming = hours.next_opening(now)
    if upcoming is None:
        return Contact(False, "Closed now.", "", (Phone("Out-of-hours line", out_of_hours, True),), rows)
    opens = clock_word(upcoming.opens.astimezone(clinic.zone), local)
    phones = (
        Phone("Out-of-hours line", out_of_hours, True),
        Phone(f"Clinic, from {opens}", clinic.telephone, False),
    )
    return Contact(False, "Closed now.", f"Opens {opens}.", phones, rows)
