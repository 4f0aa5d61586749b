"""The locked page: how many patients wait, by level, and who is told next. It names staff only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import ngettext

from aftercare.alerts.models import Alert
from aftercare.alerts.on_call.roster import Roster
from aftercare.people.models import Clinic
from aftercare.triage import Level
from clinic.alert.next_contact import NextContact, next_contact_of

LEVELS = (Level.EMERGENCY, Level.URGENT, Level.SAME_DAY, Level.ROUTINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCount:
    """The patients whose worst open alert has a level: how many wait for an answer, and how many there are."""

    level: Level
    waiting: int
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedQueue:
    """The counts of the queue, the longest wait at the highest level, and whom the clinic tells next of it."""

    counts: list[LevelCount]
    level: Level | None
    oldest: datetime | None
    newest_pressing: datetime | None
    next_contact: NextContact | None

    @property
    def waiting(self) -> int:
        """The number of patients who wait at the highest level at which any does."""
        return next((count.waiting for count in self.counts if count.level is self.level), 0)

    @property
    def pressing(self) -> int:
        """The number of patients who wait at urgent or higher, for the title."""
        return sum(count.waiting for count in self.counts if count.level >= Level.URGENT)

    @property
    def is_emergency(self) -> bool:
        return self.level is Level.EMERGENCY

    @property
    def heading(self) -> str:
        """How many wait: "2 emergencies wait."; an empty string if nobody does."""
        return WAITING[self.level](self.waiting) if self.level else ""


WAITING = {
    Level.EMERGENCY: lambda n: ngettext("%(n)s emergency waits.", "%(n)s emergencies wait.", n) % {"n": n},
    Level.URGENT: lambda n: (
        ngettext("%(n)s urgent patient waits.", "%(n)s urgent patients wait.", n) % {"n": n}
    ),
    Level.SAME_DAY: lambda n: (
        ngettext("%(n)s patient waits for today.", "%(n)s patients wait for today.", n) % {"n": n}
    ),
    Level.ROUTINE: lambda n: ngettext("%(n)s patient waits.", "%(n)s patients wait.", n) % {"n": n},
}


def locked_queue(clinics: Collection[Clinic], now: datetime) -> LockedQueue:
    """Return what the locked page shows of the open alerts of the clinics."""
    alerts = list(Alert.objects.open().filter(clinic__in=clinics).worst_first())
    waiting = [alert for alert in alerts if alert.is_waiting]
    level = waiting[0].triage_level if waiting else None
    worst = sorted(
        (alert for alert in waiting if alert.triage_level is level), key=lambda alert: alert.waiting_since
    )
    pressing = [alert.waiting_since for alert in waiting if alert.triage_level >= Level.URGENT]
    return LockedQueue(
        counts=counts_of(alerts),
        level=level,
        oldest=worst[0].waiting_since if worst else None,
        newest_pressing=max(pressing, default=None),
        next_contact=next_contact(worst[0], clinics, now) if worst else None,
    )


def counts_of(alerts: Iterable[Alert]) -> list[LevelCount]:
    """Count each patient once, at the level of the worst alert; alerts come worst first."""
    worst: dict[object, Level] = {}
    worst_waiting: dict[object, Level] = {}
    for alert in alerts:
        worst.setdefault(alert.patient_id, alert.triage_level)
        if alert.is_waiting:
            worst_waiting.setdefault(alert.patient_id, alert.triage_level)
    counts = [
        LevelCount(
            level=level,
            waiting=list(worst_waiting.values()).count(level),
            patients=list(worst.values()).count(level),
        )
        for level in LEVELS
    ]
    return [count for count in counts if count.waiting or count.patients]


def next_contact(alert: Alert, clinics: Iterable[Clinic], now: datetime) -> NextContact | None:
    """Return whom the clinic tells next, and when; None where it tells nobody of the level."""
    if alert.next_escalation_at is None:
        return None
    clinic = next(one for one in clinics if one.pk == alert.clinic_id)
    return next_contact_of(alert, Roster.of(clinic, now), now)
