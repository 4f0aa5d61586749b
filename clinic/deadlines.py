"""By when an alert should be answered, and how that stands: minutes left, overdue, or acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import cos, pi, sin

from aftercare.alerts.models import Alert
from aftercare.people.hours import OpeningHours
from aftercare.triage import Level
from aftercare.ui.times import spoken_age, staff_clock

# Working days within which the clinic answers what has no deadline in minutes.
WORKING_DAYS = {Level.SAME_DAY: 1, Level.ROUTINE: 2}
RUNNING_OUT = 0.3  # share of the time left below which the clock turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What the column "Answer by" says. `wedge` is the gone part of the pie, as an SVG path."""

    state: str
    words: str
    detail: str
    wedge: str = ""
    running_out: bool = False


def answer_by(alert: Alert, hours: OpeningHours) -> datetime | None:
    """Emergency and urgent: as the rule `unacknowledged` says (S2); below: in working days of the clinic."""
    if by := alert.acknowledge_by:
        return by
    return hours.working_day_end(alert.waiting_since, WORKING_DAYS[alert.triage_level])


def clock_of(alert: Alert, hours: OpeningHours, now: datetime) -> Clock:
    """How the answer to one alert stands."""
    if alert.acknowledged_at is not None:
        at = staff_clock(alert.acknowledged_at, now)
        if alert.is_forgotten:
            words = f"No call for {spoken_age(now - alert.acknowledged_at)}"
            return Clock(state="overdue", words=words, detail=f"acknowledged {at}")
        detail = f"{at}, call by {staff_clock(alert.follow_up_at, now)}" if alert.follow_up_at else at
        return Clock(state="acknowledged", words="Acknowledged", detail=detail)
    by = answer_by(alert, hours)
    if by is None:
        return Clock(state="none", words="No opening hours", detail="")
    detail = f"by {staff_clock(by, now)}"
    if alert.next_escalation_at:
        detail = next_contact_words(alert.next_escalation_at, now)
    if by <= now:
        return Clock(state="overdue", words=f"{spoken_age(now - by)} overdue", detail=detail)
    left = (by - now) / (by - alert.waiting_since)
    return Clock(
        state="running",
        words=f"{spoken_age(by - now)} left",
        detail=detail,
        wedge=wedge(1 - left),
        running_out=left < RUNNING_OUT,
    )


def next_contact_words(at: datetime, now: datetime) -> str:
    """When the next contact is told if nobody acknowledges."""
    return f"next contact told {staff_clock(at, now)}" if at > now else "next contact is being told"


def wedge(share: float) -> str:
    """The pie of a clock of which `share` (0 to 1) is gone, as an SVG path on a grid of 24 by 24."""
    angle = 2 * pi * min(max(share, 0.01), 0.99)
    x, y = 12 + 7 * sin(angle), 12 - 7 * cos(angle)
    return f"M12 12V5A7 7 0 {int(angle > pi)} 1 {x:.1f} {y:.1f}z"
