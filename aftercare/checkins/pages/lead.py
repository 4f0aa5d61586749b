"""The lead of a patient's pages: the highest open alert until staff have reached the patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from aftercare.alerts.models import NEEDS_ACTION, Alert
from aftercare.checkins.follow_up.non_response import newest_check_in
from aftercare.checkins.models import Assessment, CheckIn, Finding, FindingQuerySet
from aftercare.database.compiled_queries import SAMPLE, CompiledQuery
from aftercare.people.models import Event, Patient, Procedure, area_words
from aftercare.triage import Level

REACHED, CLOSED, NOTHING = "reached", "closed", "none"
LEADS = frozenset({REACHED, CLOSED, NOTHING, *(level.value for level in Level)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """The lead; `alerts`: newest first, empty if the newest check-in's level leads."""

    word: str
    now: datetime
    alerts: tuple[Alert, ...] = ()

    @property
    def is_action(self) -> bool:
        """True while an open alert leads whose patient was not reached; nothing milder may appear above it."""
        return bool(self.alerts) and self.word in NEEDS_ACTION

    @property
    def is_emergency(self) -> bool:
        return self.is_action and self.word == Level.EMERGENCY.value

    @property
    def can_change(self) -> bool:
        """True if an action of staff can change the lead."""
        return self.is_action or self.word == REACHED

    @property
    def reported_at(self) -> datetime | None:
        """Time of the newest report about it; None without alerts."""
        return max((alert.last_reported_at for alert in self.alerts), default=None)


def lead_of(patient: Patient, now: datetime, newest: CheckIn | None = None) -> Lead:
    """Return the lead at `now`, in two queries at most; `newest`: the newest check-in, if it is loaded already.

    The highest level among open alerts of same_day and higher whose patient was not reached since the newest
    report; `reached` if there are such alerts and all were reached; `closed` if none is open and those of the
    newest check-in were closed; else that check-in's level; `none` before the first.
    """
    alerts = find_alerts(patient=patient.pk)
    open_alerts = [alert for alert in alerts if alert.is_open]
    if unreached := [alert for alert in open_alerts if not alert.is_reached]:
        highest = max(alert.triage_level for alert in unreached)
        worst = [alert for alert in unreached if alert.triage_level is highest]
        worst.sort(key=lambda alert: alert.last_reported_at, reverse=True)
        return Lead(word=highest.value, now=now, alerts=tuple(worst))
    if open_alerts:
        open_alerts.sort(key=lambda alert: alert.reached_at or now, reverse=True)
        return Lead(word=REACHED, now=now, alerts=tuple(open_alerts))
    if alerts:
        alerts.sort(key=lambda alert: alert.closed_at or now, reverse=True)
        return Lead(word=CLOSED, now=now, alerts=tuple(alerts))
    newest = newest or newest_check_in(patient)
    return Lead(word=newest.level if newest else NOTHING, now=now)


def lead_after(newest: CheckIn | None, patient: Patient, now: datetime) -> Lead:
    """Return the lead for a newest check-in loaded with `may_lead`; without a query if no alert can lead."""
    if newest is None:
        return Lead(word=NOTHING, now=now)
    if getattr(newest, "may_lead", True):
        return lead_of(patient, now, newest)
    return Lead(word=newest.level, now=now)


def open_or_newest(patient: UUID) -> QuerySet[Alert]:
    """Return the alerts that may lead, with `said_called_at`: when the patient last reported a call about it."""
    said_called = Event.objects.filter(subject=OuterRef("pk"), verb=Event.Verb.SAID_CALLED).order_by("-at")
    return may_lead(patient).annotate(said_called_at=Subquery(said_called.values("at")[:1]))


def may_lead(patient: UUID) -> QuerySet[Alert]:
    """Return the open alerts of same_day and higher, and those of the newest check-in, closed ones included."""
    newest = CheckIn.objects.filter(patient=patient).order_by("-submitted_at", "-number").values("pk")[:1]
    is_own = Q(pk__in=findings_of(newest).values("alert"))
    alerts: QuerySet[Alert] = Alert.objects.filter(patient=patient).need_action()
    return alerts.filter(~Q(status=Alert.Status.CLOSED) | is_own)


def alerts_of(check_in: UUID) -> QuerySet[Alert]:
    alerts: QuerySet[Alert] = Alert.objects.need_action()
    return alerts.filter(pk__in=findings_of([check_in]).values("alert"))


def own_alerts(check_in: CheckIn) -> list[Alert]:
    """Return the alerts of same_day and higher of a check-in, closed ones included."""
    return find_own_alerts(check_in=check_in.pk)


def findings_of(check_ins: object) -> FindingQuerySet:
    """Return the findings of these check-ins that have an alert: opened, appended, kept, or found by a correction."""
    by_staff = Q(assessment__check_in__in=check_ins, assessment__reason=Assessment.Reason.CORRECTED)
    found: FindingQuerySet = Finding.objects.filter(
        Q(assessment__caused_by__in=check_ins) | by_staff, alert__isnull=False
    )
    return found


find_alerts = CompiledQuery(open_or_newest, patient=SAMPLE)
find_own_alerts = CompiledQuery(alerts_of, check_in=SAMPLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The newest report behind some alerts; `is_corrected`: all its check-ins were superseded.

    `confirm_by`: deadline for the clinic's confirmation. `area`: set if more than one area was treated.
    """

    check_in_id: UUID
    at: datetime
    confirm_by: datetime | None
    is_corrected: bool
    area: str


def behind(alerts: Iterable[UUID]) -> QuerySet[Finding]:
    """The finding with the newest report of these alerts, current check-ins first, with the columns of a Report."""
    told_with = Coalesce("assessment__caused_by", "assessment__check_in")
    findings = (
        Finding.objects.filter(alert__in=alerts)
        .annotate(told_with=told_with)
        .annotate(is_replaced=Exists(CheckIn.objects.filter(supersedes=OuterRef("told_with"))))
        .order_by("is_replaced", "-assessment__at")
    )
    # A correction can find a sign in a check-in sent at another time; the patient knows that one.
    sent_at = Coalesce("assessment__caused_by__submitted_at", "assessment__check_in__submitted_at")
    by = Coalesce("assessment__caused_by__confirm_by", "assessment__check_in__confirm_by")
    others = Procedure.objects.filter(patient=OuterRef("alert__patient")).exclude(
        area__iexact=OuterRef("assessment__check_in__procedure__area")
    )
    area = Case(When(Exists(others), then=F("assessment__check_in__procedure__area")), default=Value(""))
    found: QuerySet[Finding] = findings.annotate(sent_at=sent_at, by=by, about=area).only("pk")
    return found[:1]


FEW = tuple(f"alert_{number}" for number in range(4))
find_behind = CompiledQuery(
    lambda **alerts: behind(alerts.values()), **{name: UUID(int=n) for n, name in enumerate(FEW, 1)}
)


def report_behind(alerts: Sequence[Alert]) -> Report | None:
    """Return the newest report of these alerts, current check-ins first; None if no finding led to them."""
    ids = [alert.pk for alert in alerts]
    # A statement for a few, the last of them repeated in the places that are left.
    few = dict(zip(FEW, [*ids, *ids[-1:] * len(FEW)], strict=False))
    rows: Iterable[Any] = find_behind(**few) if 0 < len(ids) <= len(FEW) else behind(ids)
    for row in rows:
        return Report(
            check_in_id=row.told_with,
            at=row.sent_at,
            confirm_by=row.by,
            is_corrected=row.is_replaced,
            area=area_words(row.about or ""),
        )
    return None
