"""The one thing a patient's pages lead with: the worst open alert until staff have reached the patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aftercare.alerts.models import NEEDS_ACTION, Alert
from aftercare.checkins.models import CheckIn, Finding
from aftercare.checkins.silence import newest_check_in
from aftercare.people.models import Patient
from aftercare.triage import Level

REACHED, CLOSED, NOTHING = "reached", "closed", "none"
LEADS = frozenset({REACHED, CLOSED, NOTHING, *(level.value for level in Level)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """`alerts`: those it is about, the worst and newest first; empty where it is the newest check-in's level."""

    word: str
    now: datetime
    alerts: tuple[Alert, ...] = ()
    newest: CheckIn | None = None

    @property
    def is_action(self) -> bool:
        """Whether an open alert leads whose patient nobody has reached: then nothing milder stands above it."""
        return bool(self.alerts) and self.word in NEEDS_ACTION

    @property
    def is_emergency(self) -> bool:
        return self.is_action and self.word == Level.EMERGENCY.value

    @property
    def reported_at(self) -> datetime | None:
        """When the newest report of what it is about came; None where it is about no alert."""
        return max((alert.last_reported_at for alert in self.alerts), default=None)


def lead_of(patient: Patient, now: datetime) -> Lead:
    """What the pages of a patient lead with at `now`.

    The highest level among open alerts of same day and higher whose patient nobody has reached since their
    newest report; `reached` where there are such alerts and all were reached; `closed` where none is open and
    those of the newest check-in were closed; else that check-in's level; `none` before the first.
    """
    own = Alert.objects.filter(patient=patient).need_action()
    open_alerts = list(own.open())
    newest = newest_check_in(patient)
    if unreached := [alert for alert in open_alerts if not alert.is_reached]:
        highest = max(alert.triage_level for alert in unreached)
        worst = [alert for alert in unreached if alert.triage_level is highest]
        return Lead(word=highest.value, now=now, alerts=newest_first(worst), newest=newest)
    if open_alerts:
        reached = sorted(open_alerts, key=lambda alert: alert.reached_at or now, reverse=True)
        return Lead(word=REACHED, now=now, alerts=tuple(reached), newest=newest)
    if newest is None:
        return Lead(word=NOTHING, now=now)
    if closed := list(own.filter(pk__in=own_alerts(newest))):
        latest = sorted(closed, key=lambda alert: alert.closed_at or now, reverse=True)
        return Lead(word=CLOSED, now=now, alerts=tuple(latest), newest=newest)
    return Lead(word=newest.level, now=now, newest=newest)


def newest_first(alerts: list[Alert]) -> tuple[Alert, ...]:
    return tuple(sorted(alerts, key=lambda alert: alert.last_reported_at, reverse=True))


def own_alerts(check_in: CheckIn) -> set[UUID]:
    """The ids of the alerts that a check-in opened, was appended to, or keeps a sign of."""
    found = Finding.objects.found_in(check_in) | Finding.objects.filter(assessment__caused_by=check_in)
    return set(found.filter(alert__isnull=False).values_list("alert", flat=True))
