"""The deadline of an alert, and its state: time left, overdue, acknowledged, or reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import cos, pi, sin

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from aftercare.alerts.models import Alert
from aftercare.people.hours import OpeningHours
from aftercare.triage import Level
from aftercare.ui.counting.sentences import MINUTE, Counted, Spoken
from aftercare.ui.times import staff_clock

# Deadlines in working days, for levels without a deadline in minutes.
WORKING_DAYS = {Level.SAME_DAY: 1, Level.ROUTINE: 2}
RUNNING_OUT = 0.3  # share of time left below which the clock warns


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The content of the column "Answer by". `wedge`: the elapsed part of the pie since `begins`, as an SVG path.

    `counted`: the words, where they count time. `changes_at`: the next instant at which more than the words and the
    pie is drawn otherwise, though nothing is written.
    """

    state: str
    words: str
    detail: str
    counted: Counted | None = None
    wedge: str = ""
    begins: datetime | None = None
    running_out: bool = False
    is_quiet: bool = False  # routine: shown without emphasis
    changes_at: datetime | None = None


def answer_by(alert: Alert, hours: OpeningHours) -> datetime | None:
    """Return the deadline of an alert: by the rule `unacknowledged` from urgent on (S2), else in working days."""
    if by := alert.acknowledge_by:
        return by
    return hours.working_day_end(alert.waiting_since, WORKING_DAYS[alert.triage_level])


def clock_of(alert: Alert, hours: OpeningHours, now: datetime) -> Clock:
    """Return the clock of an open alert."""
    if not alert.is_waiting and alert.acknowledged_at is not None:
        return taken_clock(alert, alert.acknowledged_at, now)
    by = answer_by(alert, hours)
    if by is None:
        return Clock(state="none", words=_("No opening hours"), detail="")
    quiet = alert.triage_level is Level.ROUTINE
    if by <= now:
        return late_clock(alert, by, now, is_quiet=quiet)
    runs_out_at = by - RUNNING_OUT * (by - alert.waiting_since)
    counted = time_left(by, in_days=quiet)
    return Clock(
        state="running",
        words=counted.words(now),
        counted=counted,
        detail=next_contact_words(alert, now) or _("by %(time)s") % {"time": staff_clock(by, now)},
        wedge=wedge((now - alert.waiting_since) / (by - alert.waiting_since)),
        begins=alert.waiting_since,
        running_out=runs_out_at <= now and not quiet,
        is_quiet=quiet,
        changes_at=first_after(now, None if quiet else runs_out_at, by, alert.next_escalation_at),
    )


def taken_clock(alert: Alert, acknowledged_at: datetime, now: datetime) -> Clock:
    """Return the clock of an acknowledged alert."""
    at = staff_clock(acknowledged_at, now)
    if alert.is_forgotten:
        counted = Counted(instant=acknowledged_at, after=_("No call for %(span)s"))
        detail = _("acknowledged %(at)s") % {"at": at}
        return Clock(state="overdue", words=counted.words(now), counted=counted, detail=detail)
    if alert.is_reached and alert.reached_at:
        return Clock(
            state="reached",
            words=_("Reached %(time)s") % {"time": staff_clock(alert.reached_at, now)},
            detail="",
        )
    detail = at
    if alert.next_try_at:
        detail = _("%(at)s, next try %(time)s") % {
            "at": at,
            "time": staff_clock(alert.next_try_at, now),
        }
    elif alert.follow_up_at:
        detail = _("%(at)s, call by %(time)s") % {
            "at": at,
            "time": staff_clock(alert.follow_up_at, now),
        }
    return Clock(state="acknowledged", words=_("Acknowledged"), detail=detail)


def late_clock(alert: Alert, by: datetime, now: datetime, *, is_quiet: bool) -> Clock:
    """Return the clock of an alert past its deadline."""
    detail = next_contact_words(alert, now) or _("was due %(time)s") % {"time": staff_clock(by, now)}
    counted = time_left(by, in_days=is_quiet)
    return Clock(
        state="due" if now - by < MINUTE else "overdue",
        words=counted.words(now),
        counted=counted,
        detail=detail,
        is_quiet=is_quiet,
        changes_at=first_after(now, by + MINUTE, alert.next_escalation_at),
    )


def closed_clock(alert: Alert, now: datetime) -> Clock:
    """Return the clock of an alert that the user has just closed."""
    at = staff_clock(alert.closed_at, now) if alert.closed_at else ""
    return Clock(
        state="closed",
        words=_("Closed %(time)s") % {"time": at} if at else pgettext("of an alert", "Closed"),
        detail=_("%(outcome)s, by you") % {"outcome": alert.get_outcome_display().lower()},
    )


def time_left(by: datetime, *, in_days: bool) -> Counted:
    """Return "11 min left", "Due now" around the deadline, "5 min overdue"; `in_days` rounds down to days."""
    return Counted(
        instant=by,
        after=_("%(span)s overdue"),
        before=_("%(span)s left"),
        near=_("Due now"),
        spoken=Spoken.DAYS if in_days else Spoken.AGE,
    )


def first_after(now: datetime, *instants: datetime | None) -> datetime | None:
    """Return the first of the instants that is still to come."""
    return min((instant for instant in instants if instant and instant > now), default=None)


def next_contact_words(alert: Alert, now: datetime) -> str:
    """Return when the next contact is notified; an empty string if none is."""
    at = alert.next_escalation_at
    if at is None:
        return ""
    return (
        _("next contact told %(time)s") % {"time": staff_clock(at, now)}
        if at > now
        else _("next contact is being told")
    )


def wedge(share: float) -> str:
    """Return the SVG path of a pie of which `share` (0 to 1) has elapsed, on a grid of 24 by 24."""
    angle = 2 * pi * min(max(share, 0.01), 0.99)
    x, y = 12 + 7 * sin(angle), 12 - 7 * cos(angle)
    return f"M12 12V5A7 7 0 {int(angle > pi)} 1 {x:.1f} {y:.1f}z"
