"""The queue: who is next. One row for each patient, the worst first, then the longest waiting."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.checkins.models import Finding, NonResponse
from aftercare.checkins.silence import non_responders
from aftercare.people.models import Clinic, Patient, Procedure, User
from aftercare.triage import RULES, Evidence, Level
from aftercare.ui.times import spoken_age, staff_clock, whole_hours
from clinic.deadlines import Clock, clock_of
from clinic.filters import MINE, NOBODY, Filters
from clinic.words import short_evidence

SILENT_SHOWN = 25  # the rest of the silent stands in the handover: a long list hides what is pressing
SHOWN_IN_HOURS = 168  # hours since the procedure; longer ones read better in days


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One patient's alerts of one section, `alert` the worst of them."""

    alert: Alert
    alerts: list[Alert]
    treatment: str
    why: str
    detail: str
    clock: Clock
    silence: str
    reported_again: str

    @property
    def patient(self) -> Patient:
        return self.alert.patient

    @property
    def waiting(self) -> list[Alert]:
        """Those that nobody has acknowledged."""
        return [alert for alert in self.alerts if alert.status == Alert.Status.NEW]

    @property
    def to_acknowledge(self) -> Alert | None:
        return self.waiting[0] if self.waiting else None

    @property
    def also_waiting(self) -> list[UUID]:
        """The others that one press acknowledges with the first."""
        return [alert.pk for alert in self.waiting[1:]]

    @property
    def is_hot(self) -> bool:
        """An emergency that nobody has answered."""
        return any(alert.triage_level is Level.EMERGENCY for alert in self.waiting)

    @property
    def is_forgotten(self) -> bool:
        """Whether one of them was acknowledged and nobody has called in time."""
        return any(alert.is_forgotten for alert in self.alerts)

    @property
    def more(self) -> int:
        return len(self.alerts) - 1

    @property
    def key(self) -> str:
        """The row's name on the page, the same each time it is drawn: the patient, and what kind of row."""
        part = "routine" if self.alert.triage_level is Level.ROUTINE else "act"
        return f"{part}-{self.patient.pk}"

    @property
    def alert_ids(self) -> str:
        """Its alerts, by which the page knows what is new."""
        return " ".join(str(alert.pk) for alert in self.alerts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentRow:
    """A patient from whom nothing comes."""

    patient: Patient
    treatment: str
    why: str
    since: datetime
    since_words: str
    has_open_alert: bool
    call: str  # the last try to reach the patient since then, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows there are with each owner, the other filters being as they are."""

    everybody: int
    mine: int
    nobody: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The sections of the page, each in its order."""

    now: list[Row]
    today: list[Row]
    routine: list[Row]
    silent: list[SilentRow]
    counts: Counts

    @property
    def is_empty(self) -> bool:
        return not (self.now or self.today or self.routine or self.silent)

    @property
    def silent_first(self) -> list[SilentRow]:
        """Those of the silent that the page shows."""
        return self.silent[:SILENT_SHOWN]

    @property
    def silent_more(self) -> int:
        """How many more there are."""
        return len(self.silent) - len(self.silent_first)

    @property
    def waiting(self) -> int:
        """How many patients wait that nobody has answered yet, routine left out."""
        return sum(bool(row.waiting) for row in [*self.now, *self.today])


def queue_of(clinics: Collection[Clinic], now: datetime, user: User, filters: Filters | None = None) -> Queue:
    """What waits for the staff of these clinics, in as many queries for one alert as for a thousand."""
    filters = filters or Filters()
    waiting = Alert.objects.open().filter(clinic__in=clinics)
    related = ("clinic", "patient__user", "procedure", "owner", "acknowledged_by")
    everything = list(waiting.worst_first().select_related(*related))
    alerts = filters.of(everything, user)
    newest = newest_findings(waiting)
    to_act = rows_of((a for a in alerts if a.triage_level >= Level.SAME_DAY), newest, now)
    return Queue(
        now=forgotten_first(row for row in to_act if row.alert.triage_level >= Level.URGENT),
        today=[row for row in to_act if row.alert.triage_level is Level.SAME_DAY],
        routine=rows_of((a for a in alerts if a.triage_level is Level.ROUTINE), newest, now),
        silent=silent_rows(clinics, {alert.patient_id for alert in everything}, now, filters),
        counts=Counts(
            everybody=rows_in(filters.owned_by("").of(everything, user)),
            mine=rows_in(filters.owned_by(MINE).of(everything, user)),
            nobody=rows_in(filters.owned_by(NOBODY).of(everything, user)),
        ),
    )


def forgotten_first(rows: Iterable[Row]) -> list[Row]:
    """What was acknowledged and then not called about comes back to the top; the rest keeps its order."""
    return sorted(rows, key=lambda row: not row.is_forgotten)


def rows_in(alerts: Iterable[Alert]) -> int:
    """How many rows these alerts make."""
    return len({(alert.patient_id, alert.triage_level is Level.ROUTINE) for alert in alerts})


def newest_findings(alerts: QuerySet[Alert]) -> dict[UUID | None, Finding]:
    """The last report behind each of these alerts, by the alert's id, in one query."""
    newest = Finding.objects.filter(alert=OuterRef("pk")).order_by("-assessment__at", "-pk")
    ids = alerts.order_by().annotate(newest=Subquery(newest.values("pk")[:1])).values("newest")
    findings = Finding.objects.filter(pk__in=ids).select_related(
        "assessment__caused_by", "assessment__check_in"
    )
    return {finding.alert_id: finding for finding in findings}


def rows_of(alerts: Iterable[Alert], newest: dict[UUID | None, Finding], now: datetime) -> list[Row]:
    """One row for each patient, in the order of each one's worst alert."""
    by_patient: dict[UUID, list[Alert]] = {}
    for alert in alerts:
        by_patient.setdefault(alert.patient_id, []).append(alert)
    return [row_of(group, newest, now) for group in by_patient.values()]


def row_of(alerts: list[Alert], newest: dict[UUID | None, Finding], now: datetime) -> Row:
    """The row of one patient's alerts, given worst first. Its clock is that of the first not acknowledged."""
    # Of two alerts of one level, the one that nobody has acknowledged leads.
    alerts = sorted(
        alerts, key=lambda a: (-a.triage_level.rank, a.status != Alert.Status.NEW, a.opened_at, a.rule)
    )
    lead = alerts[0]
    forgotten = next((alert for alert in alerts if alert.is_forgotten), None)
    waiting = [alert for alert in alerts if alert.status == Alert.Status.NEW]
    finding = newest.get(lead.pk)
    silent = min((a.silent_since for a in alerts if a.silent_since), default=None)
    again = max((a.reported_again_at for a in alerts if a.reported_again_at), default=None)
    return Row(
        alert=lead,
        alerts=alerts,
        treatment=treatment_words(lead.own_procedure, now),
        why=RULES[lead.rule].staff.removesuffix("."),
        detail=detail_words(finding) if finding else "",
        clock=clock_of(forgotten or (waiting[0] if waiting else lead), lead.clinic.hours, now),
        silence="No check-in for a day" if silent else "",
        reported_again=f"Reported again {staff_clock(again, now)}" if again else "",
    )


def detail_words(finding: Finding) -> str:
    """The values behind a finding; in an emergency what the patient was told to do."""
    if finding.level == Level.EMERGENCY.value and (
        told := finding.assessment.told_with.advice.get("headline")
    ):
        return f"Told: {told}"
    return short_evidence(map(Evidence.from_json, finding.evidence))


def treatment_words(procedure: Procedure | None, now: datetime) -> str:
    """ "Microneedling, cheeks, 70 h"."""
    if procedure is None:
        return "No procedure recorded"
    hours = procedure.hours_at(now)
    age = f"{whole_hours(hours)} h" if hours < SHOWN_IN_HOURS else f"{whole_hours(hours) // 24} days"
    return f"{procedure.get_kind_display()}, {procedure.area}, {age}"


def silent_rows(
    clinics: Iterable[Clinic], with_alerts: set[UUID], now: datetime, filters: Filters
) -> list[SilentRow]:
    """Those who have not been heard from, the longest first; they have no level and no owner to filter by."""
    if filters.level or filters.unacknowledged or filters.owner not in ("", NOBODY):
        return []
    shown = [clinic.pk for clinic in clinics if filters.clinic in ("", clinic.slug)]
    items = [item for item in non_responders(shown) if filters.kind in ("", item.procedure.kind)]
    calls = calls_since(items, now)
    return [
        SilentRow(
            patient=item.patient,
            treatment=treatment_words(item.procedure, now),
            why=silence_words(item, now),
            since=item.silent_since,
            since_words="last heard" if heard_since_treatment(item) else "treated",
            has_open_alert=item.patient_id in with_alerts,
            call=calls.get(item.patient_id, ""),
        )
        for item in items
    ]


def calls_since(items: Iterable[NonResponse], now: datetime) -> dict[UUID, str]:
    """The last try to reach each silent patient since the silence began, in words; in one query."""
    since = {item.patient_id: item.silent_since for item in items}
    attempts = ContactAttempt.objects.filter(patient__in=since).select_related("by").order_by("at", "pk")
    return {
        attempt.patient_id: f"{attempt.get_result_display()}, {staff_clock(attempt.at, now)}, {attempt.by}"
        for attempt in attempts
        if attempt.at >= since[attempt.patient_id]
    }


def heard_since_treatment(item: NonResponse) -> bool:
    """Whether the silence began with a check-in rather than with the procedure."""
    return item.silent_since > item.procedure.performed_at


def silence_words(item: NonResponse, now: datetime) -> str:
    """What is missing, and for how long."""
    if heard_since_treatment(item):
        return f"No check-in for {spoken_age(now - item.silent_since)}"
    return "No check-in yet"
