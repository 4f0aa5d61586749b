"""Parsing of the time that a patient types: ISO 8601, with an offset or in the patient's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

EXAMPLE = "2026-03-01T18:30"
# Years outside of this range are typing errors, and break databases and time zones.
YEARS = range(1900, 2201)


class UnreadableTimeError(ValueError):
    """The text is no instant; the message says what to type instead."""


def read_instant(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the instant in UTC; raise UnreadableTimeError if there is none.

    Without an offset the time is in `zone`. A time that occurs twice (autumn) means the later instant, unless
    that is in the future; a time that is skipped (spring) is an error.
    """
    try:
        stated = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableTimeError(unreadable()) from error
    if stated.year not in YEARS or len(text) <= len("2026-03-01"):
        raise UnreadableTimeError(unreadable())
    if stated.tzinfo is not None:
        return stated.astimezone(UTC)
    return on_clock(stated, zone, now)


def unreadable() -> str:
    return _("Give a date and a time, such as %(example)s, or leave it empty.") % {"example": EXAMPLE}


def on_clock(clock: datetime, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the instant in UTC of the naive time `clock` in `zone`."""
    first, second = (clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != clock:
        raise UnreadableTimeError(_("The clocks went forward then and skipped this time. Give another time."))
    return second if second <= now else first


def as_typed(instant: datetime, zone: ZoneInfo) -> str:
    """Return the text for the form field: local time, with an offset only if ambiguous."""
    local = instant.astimezone(zone)
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return local.isoformat(timespec="seconds") if is_twice else f"{local:%Y-%m-%dT%H:%M:%S}"


def clock_name(zone: ZoneInfo) -> str:
    """Return the name of a zone's clock: "London time"."""
    return _("%(city)s time") % {"city": zone.key.rpartition("/")[2].replace("_", " ")}
