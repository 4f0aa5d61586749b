"""Thresholds for every symptom and kind of procedure, and arithmetic on instants."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import isfinite
from reprlib import repr as short
from typing import Any

HOUR = timedelta(hours=1)

# Keys of a case file's configuration that belong to the expected course, not to these limits.
COURSE_KEYS = frozenset({"expected_course", "expected_course_order", "sign_limits_h"})
# More than a year would disable a rule as surely as removing it.
LONGEST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Thresholds in hours (``_h``) and minutes (``_min``), zero or more; ValueError names every invalid one."""

    settle_h: float = 12  # earlier values may be numbing or blanching, so they are no low point
    small_return_from_h: float = 48
    other_rise_from_h: float = 48
    late_severe_pain_h: float = 48
    hot_sore_h: float = 24
    numb_weak_from_h: float = 12  # numbing cream has worn off
    scaly_from_h: float = 24
    new_bumps_from_h: float = 24
    late_open_sore_from_h: float = 168
    late_new_bumps_from_h: float = 168
    scar_from_h: float = 336
    late_lumps_from_h: float = 336
    numbing_until_h: float = 24  # when the question ends; a tick is judged at any hour
    future_tolerance_min: float = 5
    backdate_limit_h: float = 168
    silent_h: float = 48
    silent_until_h: float = 168
    alert_silent_h: float = 24
    ack_min_urgent: float = 30
    ack_min_emergency: float = 10
    recent_infection_block_h: float = 336

    def __post_init__(self) -> None:
        bad = [name for name in LIMIT_KEYS if not is_amount(getattr(self, name))]
        if bad:
            raise ValueError(f"limits must be numbers from 0 to {LONGEST}: {', '.join(bad)}")

    @classmethod
    def from_json(cls, config: Mapping[str, Any]) -> "Limits":
        """Read a case file's ``config``: absent keys keep their default, unknown ones raise a ValueError."""
        unknown = [short(key) for key in config if key not in LIMIT_KEYS and key not in COURSE_KEYS]
        if unknown:
            raise ValueError(f"unknown limits: {', '.join(sorted(unknown))}")
        return cls(**{key: value for key, value in config.items() if key in LIMIT_KEYS})


def is_amount(value: object) -> bool:
    """Return True for a usable amount of time; a bool is none."""
    return type(value) in (int, float) and isfinite(value) and 0 <= value <= LONGEST  # type: ignore[arg-type, operator]


LIMIT_KEYS: tuple[str, ...] = tuple(field.name for field in fields(Limits))
LIMITS = Limits()


@lru_cache(maxsize=1024)
def hours(amount: float) -> timedelta:
    """Return a duration in whole microseconds: limits are compared exactly, never as floats."""
    return timedelta(hours=amount)


def instant(value: datetime) -> datetime:
    """Return the instant in UTC; raise ValueError for a naive one.

    Needed before any subtraction: Python subtracts local times if both have the same zone, which is an hour off
    across a clock change.
    """
    if value.tzinfo is UTC:
        return value
    if value.utcoffset() is None:
        raise ValueError(f"an instant needs an offset: {value!r}")
    return value.astimezone(UTC)
