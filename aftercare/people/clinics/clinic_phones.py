"""Telephones of a clinic in the order to call them at an instant."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Self

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from aftercare.people.hours import OpeningHours
from aftercare.people.models import Clinic
from aftercare.ui.part_values import PartValue, key_of
from aftercare.ui.telephones import Telephone

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Phone:
    who: str
    number: Telephone | str
    primary: bool

    @property
    def line(self) -> str:
        """Return the line of a mail: "Clinic, open until 18:00: 0161 496 0123"."""
        return _("%(who)s: %(number)s") % {"who": self.who, "number": self.number}


@dataclass(frozen=True)
class Contact(PartValue):
    """Content of the card "Talk to someone"."""

    is_open: bool
    sentence_bold: str
    sentence: str
    phones: tuple[Phone, ...]
    hours_rows: tuple[tuple[str, str], ...]


def clock_word(instant: datetime, now: datetime) -> str:
    """Return "18:00", "tomorrow 09:00" or "Thursday 09:00"; both instants in the zone to display."""
    days = (instant.date() - now.date()).days
    if days == 0:
        return date_format(instant, pgettext("date format", "H:i"))
    if days == 1:
        return _("tomorrow %(clock)s") % {"clock": date_format(instant, pgettext("date format", "H:i"))}
    return date_format(instant, pgettext("date format", "l H:i"))


def closed_days_soon(hours: OpeningHours, today: date) -> list[tuple[str, str]]:
    """Return the closed days of the next two weeks as rows: ("Fri 25 Dec", "Closed")."""
    days = sorted(date.fromisoformat(day) for day in hours.closed_days)
    shown = pgettext("date format", "D j M")
    return [
        (date_format(day, shown), pgettext("of a day", "Closed"))
        for day in days
        if today <= day <= today + SOON
    ]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the telephones of a clinic are put into words from; equal where `key` is, which says all the rest."""

    hours: OpeningHours = field(compare=False)
    telephone: Telephone | str = field(compare=False)
    out_of_hours: Telephone | str = field(compare=False)
    now: datetime = field(compare=False)
    key: tuple[Hashable, ...]

    @classmethod
    def of(cls, clinic: Clinic, now: datetime) -> Self:
        """Return the circumstances of the minute of `now`: clinics open and close on whole minutes."""
        hours, minute = clinic.hours, now.replace(second=0, microsecond=0)
        numbers = clinic.telephone, clinic.out_of_hours_telephone
        key = (hours.key, *map(key_of, numbers), minute, get_language())
        return cls(hours, *numbers, minute, key)


def contact_at(clinic: Clinic, now: datetime) -> Contact:
    """Return the telephones: while open the clinic first; while closed the out-of-hours line, then the clinic.

    Every page of a patient shows them, so that they are put into words once a minute.
    """
    return contact_in(Circumstances.of(clinic, now))


@lru_cache(maxsize=512)  # of some 2 kB each
def contact_in(found: Circumstances) -> Contact:
    hours, now, out_of_hours = found.hours, found.now, found.out_of_hours
    local = now.astimezone(hours.zone)
    rows = (*hours.rows(), *closed_days_soon(hours, local.date()))
    if hours.is_always_open():
        phones: tuple[Phone, ...] = (Phone(_("Clinic"), found.telephone, True),)
        return Contact(True, _("Open day and night."), "", phones, rows)
    if opening := hours.current(now):
        until = clock_word(opening.closes.astimezone(hours.zone), local)
        phones = (
            Phone(_("Clinic, open until %(time)s") % {"time": until}, found.telephone, True),
            Phone(_("Out-of-hours line, from %(time)s") % {"time": until}, out_of_hours, False),
        )
        return Contact(True, _("Open now."), _("Closes %(time)s.") % {"time": until}, phones, rows)
    upcoming = hours.next_opening(now)
    if upcoming is None:
        phones = (Phone(_("Out-of-hours line"), out_of_hours, True),)
        return Contact(False, _("Closed now."), "", phones, rows)
    opens = clock_word(upcoming.opens.astimezone(hours.zone), local)
    phones = (
        Phone(_("Out-of-hours line"), out_of_hours, True),
        Phone(_("Clinic, from %(time)s") % {"time": opens}, found.telephone, False),
    )
    return Contact(False, _("Closed now."), _("Opens %(time)s.") % {"time": opens}, phones, rows)
