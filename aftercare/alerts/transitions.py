"""State transitions of an alert, on the unsaved row; used by actions and by bulk-written demo stories."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aftercare import triage
from aftercare.alerts.models import Alert
from aftercare.people.hours import OpeningHours
from aftercare.people.models import User
from aftercare.triage import LIMITS, Level, Limits

# Time for a contact attempt after an acknowledgement, by level.
FOLLOW_UP_WITHIN = {Level.EMERGENCY: timedelta(minutes=10), Level.URGENT: timedelta(minutes=30)}
# The same for a same-day alert at a clinic without opening hours.
FOLLOW_UP_WITHOUT_HOURS = timedelta(hours=24)

# Columns with the state of an alert: everything that a close or a call resets.
STATE = (
    *("status", "acknowledged_at", "acknowledged_by_id", "owner_id", "next_escalation_at", "escalations"),
    *("follow_up_at", "forgotten_since", "unconfirmed_since", "reported_again_at", "reached_at"),
    *("failed_tries", "next_try_at", "next_try_by_id"),
)
INSTANTS = frozenset(name for name in STATE if name.endswith(("_at", "_since")))
# Columns that these functions change.
CHANGED = (
    *(name.removesuffix("_id") for name in STATE),
    "next_try_reason",
    "last_reported_at",
    "returned_at",
)


def state_of(alert: Alert) -> dict[str, Any]:
    """Return the state of an alert as JSON, for an event: without `next_try_reason`, which holds words."""
    values = {name: getattr(alert, name) for name in STATE}
    return {
        name: value.isoformat() if name in INSTANTS and value else value for name, value in values.items()
    }


def restore_state(alert: Alert, state: dict[str, Any], *, next_try_reason: str = "") -> None:
    """Restore a state kept by an event, with the reason kept beside it."""
    alert.next_try_reason = next_try_reason
    for name in STATE:
        value = state[name]
        setattr(alert, name, datetime.fromisoformat(value) if name in INSTANTS and value else value)


def follow_up_deadline(alert: Alert, hours: OpeningHours, now: datetime) -> datetime | None:
    """Return the deadline for a contact attempt counted from `now`.

    Same day: the end of the day's opening hours. Routine: None.
    """
    level = alert.triage_level
    if level in FOLLOW_UP_WITHIN:
        return now + FOLLOW_UP_WITHIN[level]
    if level < Level.SAME_DAY:
        return None
    return hours.working_day_end(now, 1) or now + FOLLOW_UP_WITHOUT_HOURS


def report_again(alert: Alert, hours: OpeningHours, now: datetime, limits: Limits = LIMITS) -> None:
    """Record that a newer report fired the rule; an acknowledged emergency or urgent alert waits again.

    A further report resets neither its deadline nor its step.
    """
    alert.last_reported_at, alert.failed_tries = now, 0
    if alert.is_reached:
        # Reached at the same instant: the report is newer than the call.
        alert.reached_at = None
    clear_next_try(alert)
    if alert.status != Alert.Status.ACKNOWLEDGED:
        return
    alert.reported_again_at = now
    if alert.triage_level < Level.URGENT:
        bring_forward_follow_up(alert, follow_up_deadline(alert, hours, now))
    elif alert.unconfirmed_since is None:
        alert.unconfirmed_since, alert.escalations = now, 0
        alert.next_escalation_at = triage.acknowledge_by(alert.triage_level, now, limits)


def bring_forward_follow_up(alert: Alert, at: datetime | None) -> None:
    """Set the deadline for a contact attempt to `at`, or keep an earlier one."""
    alert.follow_up_at = min((one for one in (alert.follow_up_at, at) if one), default=None)


def clear_next_try(alert: Alert) -> None:
    """Clear the time of the next try."""
    alert.next_try_at, alert.next_try_by, alert.next_try_reason = None, None, ""


def mark_acknowledged(alert: Alert, by: User, hours: OpeningHours, now: datetime) -> None:
    """Acknowledge an alert for `by`. No deadline for a contact attempt if the patient was reached already."""
    alert.status, alert.owner = Alert.Status.ACKNOWLEDGED, by
    alert.acknowledged_at, alert.acknowledged_by = now, by
    mark_confirmed(alert, hours, now)


def mark_confirmed(alert: Alert, hours: OpeningHours, now: datetime) -> None:
    """Confirm the newest report: the owner stays, the deadline for a contact attempt starts again."""
    alert.unconfirmed_since, alert.reported_again_at, alert.next_escalation_at = None, None, None
    alert.forgotten_since = None
    alert.follow_up_at = None if alert.is_reached else follow_up_deadline(alert, hours, now)


def record_failed_try(alert: Alert, hours: OpeningHours, now: datetime, *, restarts: bool) -> None:
    """Record a failed try; `restarts`: the deadline for the next one starts again."""
    alert.failed_tries += 1
    clear_next_try(alert)
    due = follow_up_deadline(alert, hours, now)
    if restarts:
        alert.follow_up_at, alert.forgotten_since = due, None
    else:
        bring_forward_follow_up(alert, due)


def mark_reached(alert: Alert, at: datetime) -> None:
    """Record that staff reached the patient, which confirms the newest report and ends the chase."""
    alert.reached_at, alert.failed_tries = at, 0
    alert.unconfirmed_since, alert.reported_again_at, alert.next_escalation_at = None, None, None
    alert.follow_up_at, alert.forgotten_since = None, None
    clear_next_try(alert)


def unassign(alert: Alert, now: datetime, limits: Limits = LIMITS) -> None:
    """Unassign an alert. Its deadline starts again, unless it was waiting again already."""
    if alert.unconfirmed_since is None:
        alert.returned_at, alert.escalations = now, 0
        alert.next_escalation_at = triage.acknowledge_by(alert.triage_level, now, limits)
    else:
        alert.returned_at = alert.unconfirmed_since
    alert.status, alert.owner = Alert.Status.NEW, None
    alert.acknowledged_at, alert.acknowledged_by = None, None
    alert.unconfirmed_since, alert.reported_again_at = None, None
    alert.follow_up_at, alert.forgotten_since = None, None
    clear_next_try(alert)


def mark_closed(alert: Alert, by: User, now: datetime, *, outcome: str, note: str = "") -> None:
    """Close an alert, and acknowledge it if nobody has."""
    if alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by = now, by
    alert.status, alert.outcome, alert.note = Alert.Status.CLOSED, outcome, note
    alert.closed_at, alert.closed_by, alert.next_escalation_at = now, by, None
    alert.follow_up_at, alert.forgotten_since, alert.unconfirmed_since = None, None, None


def needs_note(alert: Alert) -> bool:
    """Return True if a note is needed to close: urgent or higher, and patient not reached since the newest report."""
    return alert.triage_level >= Level.URGENT and not alert.is_reached
