"""Telephones of a clinic in the order to call them at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.people.models import Clinic
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


@dataclass(frozen=True, slots=True)
class Contact:
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


def closed_days_soon(clinic: Clinic, today: date) -> list[tuple[str, str]]:
    """Return the closed days of the next two weeks as rows: ("Fri 25 Dec", "Closed")."""
    days = sorted(date.fromisoformat(day) for day in clinic.closed_days)
    shown = pgettext("date format", "D j M")
    return [
        (date_format(day, shown), pgettext("of a day", "Closed"))
        for day in days
        if today <= day <= today + SOON
    ]


def contact_at(clinic: Clinic, now: datetime) -> Contact:
    """Return the telephones: while open the clinic first; while closed the out-of-hours line, then the clinic."""
    hours, local = clinic.hours, now.astimezone(clinic.zone)
    rows = (*hours.rows(), *closed_days_soon(clinic, local.date()))
    out_of_hours = clinic.out_of_hours_telephone
    if hours.is_always_open():
        phones: tuple[Phone, ...] = (Phone(_("Clinic"), clinic.telephone, True),)
        return Contact(True, _("Open day and night."), "", phones, rows)
    if opening := hours.current(now):
        until = clock_word(opening.closes.astimezone(clinic.zone), local)
        phones = (
            Phone(_("Clinic, open until %(time)s") % {"time": until}, clinic.telephone, True),
            Phone(_("Out-of-hours line, from %(time)s") % {"time": until}, out_of_hours, False),
        )
        return Contact(True, _("Open now."), _("Closes %(time)s.") % {"time": until}, phones, rows)
    upcoming = hours.next_opening(now)
    if upcoming is None:
        phones = (Phone(_("Out-of-hours line"), out_of_hours, True),)
        return Contact(False, _("Closed now."), "", phones, rows)
    opens = clock_word(upcoming.opens.astimezone(clinic.zone), local)
    phones = (
        Phone(_("Out-of-hours line"), out_of_hours, True),
        Phone(_("Clinic, from %(time)s") % {"time": opens}, clinic.telephone, False),
    )
    return Contact(False, _("Closed now."), _("Opens %(time)s.") % {"time": opens}, phones, rows)
