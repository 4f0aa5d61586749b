"""Time-driven rules, the warning before a treatment, and the rule for notification.

All limits here are inclusive. Instants are aware; a naive one raises a ValueError.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from aftercare.triage.answers import Answers, Sign
from aftercare.triage.findings import Finding
from aftercare.triage.levels import Level
from aftercare.triage.limits import LIMITS, Limits, hours, instant

CONTACT_REQUESTED = "contact_requested"
INFECTION_SIGNS = frozenset({Sign.PUS, Sign.COLD_SORE, Sign.SPREADING})


@dataclass(frozen=True, slots=True)
class TimedRule:
    """Text for staff about a rule that no check-in fires."""

    id: str
    level: Level
    sources: tuple[str, ...]
    staff: str


TIMED_RULES: Mapping[str, TimedRule] = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            TimedRule(
                "unacknowledged",
                Level.URGENT,
                ("S2",),
                "Nobody has acknowledged this alert in time, so the next contact is told.",
            ),
            TimedRule(
                "silent_after_alert",
                Level.SAME_DAY,
                ("ADD",),
                "The patient has not checked in again since a report that is still open.",
            ),
            TimedRule(
                "missed_check_ins",
                Level.ROUTINE,
                ("ADD",),
                "No check-in has come from this patient for some time.",
            ),
            TimedRule(
                "treated_over_open_alert",
                Level.ROUTINE,
                ("S22", "S26"),
                "An alert is open, or pus, a cold sore or spreading was reported lately.",
            ),
        )
    }
)


def missed_check_ins(
    *,
    now: datetime,
    performed_at: datetime | None,
    last_submitted_at: datetime | None,
    limits: Limits = LIMITS,
) -> bool:
    """Return True from `silent_h` after the later of latest procedure and last submission, up to `silent_until_h`."""
    if performed_at is None:
        return False
    now, start = instant(now), instant(performed_at)
    last = start if last_submitted_at is None else max(start, instant(last_submitted_at))
    return now - start <= hours(limits.silent_until_h) and now - last >= hours(limits.silent_h)


def silent_after_alert(
    *, now: datetime, submitted_at: datetime, open_levels: Iterable[Level], limits: Limits = LIMITS
) -> bool:
    """Return True from `alert_silent_h` after the newest submission, if it has an open alert of same_day or
    higher.

    ``open_levels``: levels of the open alerts that its findings opened or were appended to.
    """
    waited = instant(now) - instant(submitted_at) >= hours(limits.alert_silent_h)
    return waited and _needs_action(open_levels)


def acknowledge_by(level: Level, opened_at: datetime, limits: Limits = LIMITS) -> datetime | None:
    """Return the deadline to acknowledge an alert (S2); None below urgent."""
    minutes = {Level.EMERGENCY: limits.ack_min_emergency, Level.URGENT: limits.ack_min_urgent}.get(level)
    return None if minutes is None else instant(opened_at) + timedelta(minutes=minutes)


def unacknowledged(*, now: datetime, level: Level, opened_at: datetime, limits: Limits = LIMITS) -> bool:
    """Return True if an unacknowledged alert has waited `ack_min_emergency` or `ack_min_urgent` minutes (S2)."""
    due = acknowledge_by(level, opened_at, limits)
    return due is not None and instant(now) >= due


def treated_over_open_alert(
    *,
    performed_at: datetime,
    now: datetime,
    open_levels: Iterable[Level],
    reports: Iterable[tuple[datetime, Answers]],
    limits: Limits = LIMITS,
) -> bool:
    """Return True for a warning to staff who record a procedure (S22, S26).

    Holds for an open alert of same_day or higher, or a check-in, not superseded, with pus, a cold sore or
    spreading that describes an instant from `recent_infection_block_h` hours before the procedure up to now.
    """
    first = instant(performed_at) - hours(limits.recent_infection_block_h)
    last = instant(now)
    return _needs_action(open_levels) or any(
        first <= instant(at) <= last and not INFECTION_SIGNS.isdisjoint(answers.signs or ())
        for at, answers in reports
    )


def _needs_action(levels: Iterable[Level]) -> bool:
    return any(level >= Level.SAME_DAY for level in levels)


def rules_to_tell(
    fired: Iterable[Finding], *, taken_on: Mapping[str, bool], highest_waiting: Level | None
) -> tuple[Finding, ...]:
    """Return the findings that staff are notified of at once; the others are appended without notification.

    ``taken_on``: rules with an open alert (at the procedure of the findings), and whether it is acknowledged
    and its newest report confirmed. ``highest_waiting``: the highest level of the patient's alerts that are not
    acknowledged, or not confirmed.
    """
    return tuple(
        finding
        for finding in fired
        if finding.level >= Level.SAME_DAY and _is_told(finding, taken_on, highest_waiting)
    )


def _is_told(finding: Finding, taken_on: Mapping[str, bool], highest_waiting: Level | None) -> bool:
    if finding.level is Level.EMERGENCY:
        return True
    if finding.rule not in taken_on:
        return highest_waiting is None or highest_waiting <= finding.level
    told_again = finding.level is Level.URGENT or finding.rule == CONTACT_REQUESTED
    return told_again and taken_on[finding.rule] and highest_waiting is not Level.EMERGENCY
