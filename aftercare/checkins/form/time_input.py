"""The time a patient types: ISO 8601, with an offset or on the clock of the patient's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

EXAMPLE = "2026-03-01T18:30"
# Far enough out to be a slip of the finger; beyond, databases and time zones get into trouble.
YEARS = range(1900, 2201)


class UnreadableTimeError(ValueError):
    """The text names no instant. The message says what to give instead."""


def read_instant(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant in UTC that `text` names; UnreadableTimeError where it names none.

    Without an offset it is a clock in `zone`. A clock that showed the time twice, as in autumn, means the
    later one, unless that is still to come; one that skipped it, as in spring, never showed it.
    """
    try:
        stated = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableTimeError(f"Give a date and a time, such as {EXAMPLE}, or leave it empty.") from error
    if stated.year not in YEARS or len(text) <= len("2026-03-01"):
        raise UnreadableTimeError(f"Give a date and a time, such as {EXAMPLE}, or leave it empty.")
    if stated.tzinfo is not None:
        return stated.astimezone(UTC)
    return on_clock(stated, zone, now)


def on_clock(clock: datetime, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant in UTC at which a clock in `zone` shows the naive `clock`."""
    first, second = (clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != clock:
        raise UnreadableTimeError("The clocks went forward then and skipped this time. Give another time.")
    return second if second <= now else first


def as_typed(instant: datetime, zone: ZoneInfo) -> str:
    """What to put into the form for `instant`: the patient's clock, with an offset only where it is needed."""
    local = instant.astimezone(zone)
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return local.isoformat(timespec="seconds") if is_twice else f"{local:%Y-%m-%dT%H:%M:%S}"


def clock_name(zone: ZoneInfo) -> str:
    """The clock of a zone as people call it: "London time"."""
    return f"{zone.key.rpartition('/')[2].replace('_', ' ')} time"
