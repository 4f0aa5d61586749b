"""Time limits of sessions: how long one of staff lives unused and in all, and how long it still has.

A session of staff is that of anybody who works for a clinic or edits its guidance, patients of the clinic included.
Patients' sessions live for SESSION_COOKIE_AGE after their last use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from django.contrib.sessions.backends.base import SessionBase

STAFF_IDLE = timedelta(minutes=15)
STAFF_ABSOLUTE = timedelta(hours=12)
WARNING = timedelta(minutes=2)  # before the end
# How often the last use is written down, so that a request writes nothing.
NOTED_EVERY, NOTED_EVERY_OF_PATIENTS = timedelta(minutes=1), timedelta(hours=1)

# Session keys: since when somebody is signed in, the last use written down, and whether it is a session of staff.
SIGNED_IN_AT, USED_AT, IS_STAFF = "signed_in_at", "used_at", "is_staff_session"


def instant_in(session: SessionBase, key: str) -> datetime | None:
    """Return an instant of the session, or None."""
    found = session.get(key)
    return None if found is None else datetime.fromtimestamp(found, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTimes:
    """When a session of staff began and was last used."""

    signed_in_at: datetime
    used_at: datetime

    @classmethod
    def of(cls, session: SessionBase, now: datetime) -> Self | None:
        """Return the times of a session of staff, or None for another.

        A session from before they were written down begins now, as after the clock was set back.
        """
        if not session.get(IS_STAFF):
            return None
        begun, used = instant_in(session, SIGNED_IN_AT) or now, instant_in(session, USED_AT) or now
        return cls(signed_in_at=min(begun, now), used_at=min(used, now))

    @property
    def is_limit_absolute(self) -> bool:
        """Return True if the session ends because of its age, whatever its user does."""
        return self.signed_in_at + STAFF_ABSOLUTE <= self.used_at + STAFF_IDLE

    @property
    def ends_at(self) -> datetime:
        return min(self.signed_in_at + STAFF_ABSOLUTE, self.used_at + STAFF_IDLE)

    def is_over(self, now: datetime) -> bool:
        return now >= self.ends_at
