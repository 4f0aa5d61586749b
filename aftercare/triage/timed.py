"""Rules that time alone makes fire, the warning before a treatment, and what staff are told of.

All limits here are inclusive. Instants are aware; a naive one is a ValueError.
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
    """What staff read about a rule that no check-in fires."""

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
    """`silent_h` since the later of the latest procedure and the last submission, up to `silent_until_h`."""
    if performed_at is None:
        return False
    now, start = instant(now), instant(performed_at)
    last = start if last_submitted_at is None else max(start, instant(last_submitted_at))
    return now - start <= hours(limits.silent_until_h) and now - last >= hours(limits.silent_h)


def silent_after_alert(
    *, now: datetime, submitted_at: datetime, open_levels: Iterable[Level], limits: Limits = LIMITS
) -> bool:
    """`alert_silent_h` since the newest submission, and an alert of same_day or higher from it is open.

    ``open_levels``: of the alerts, not yet closed, that its findings opened or were appended to.
    """
    waited = instant(now) - instant(submitted_at) >= hours(limits.alert_silent_h)
    return waited and _needs_action(open_levels)


def acknowledge_by(level: Level, opened_at: datetime, limits: Limits = LIMITS) -> datetime | None:
    """When an alert must be acknowledged (S2); None for levels below urgent."""
    minutes = {Level.EMERGENCY: limits.ack_min_emergency, Level.URGENT: limits.ack_min_urgent}.get(level)
    return None if minutes is None else instant(opened_at) + timedelta(minutes=minutes)


def unacknowledged(*, now: datetime, level: Level, opened_at: datetime, limits: Limits = LIMITS) -> bool:
    """Whether an alert nobody acknowledged has waited `ack_min_emergency` or `ack_min_urgent` (S2)."""
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
    """A warning to staff who record a procedure (S22, S26).

    Holds over an open alert of same_day or higher, or a standing check-in with pus, a cold sore or
    spreading that describes an instant from `recent_infection_block_h` before the procedure up to now.
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
    """The findings staff are notified of at once; the others are appended quietly.

    ``taken_on``: the rules that are open already (at the procedure of the findings), and whether somebody has
    acknowledged the alert and confirmed its newest report. ``highest_waiting``: the highest level of the
    patient's alerts that nobody has acknowledged, or confirmed.
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
