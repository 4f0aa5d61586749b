"""Short ways to say "at hour 72, with redness 2" in a table."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from aftercare.triage import DEFAULT_COURSES, LIMITS, Answers, Assessment, Entry, Limits, evaluate

PERFORMED = datetime(2026, 1, 12, 10, tzinfo=UTC)
# The least by which two instants can differ.
TICK = timedelta(microseconds=1)

Said = dict[str, Any]
Earlier = Iterable[tuple[float, Said]]


def answers(**said: Any) -> Answers:
    """Answers in the words of a case file."""
    return Answers.from_json(said)


def at(h: float, shift: timedelta = timedelta(0)) -> datetime:
    return PERFORMED + timedelta(hours=h) + shift


def entry(
    h: float, key: object = None, *, shift: timedelta = timedelta(0), kind: str = "mn", **said: Any
) -> Entry:
    return Entry(h if key is None else key, at(h, shift), answers(**said), DEFAULT_COURSES[kind])


def assess(
    h: float,
    earlier: Earlier = (),
    /,
    *,
    shift: timedelta = timedelta(0),
    kind: str = "mn",
    at_risk: bool = False,
    procedure: bool = True,
    limits: Limits = LIMITS,
    **said: Any,
) -> Assessment:
    others = [entry(hour, kind=kind, **before) for hour, before in earlier]
    now = entry(h, "now", shift=shift, kind=kind, **said)
    performed_at = PERFORMED if procedure else None
    return evaluate(now, others, performed_at=performed_at, at_risk=at_risk, limits=limits)


def rules(h: float, earlier: Earlier = (), /, **rest: Any) -> list[str]:
    """Every rule that fires, sorted."""
    return list(assess(h, earlier, **rest).rules)
