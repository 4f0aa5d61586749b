"""Raise alerts for findings: open new ones, append to open ones, and decide whom to notify."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import Model, QuerySet

from aftercare import triage
from aftercare.alerts.dispatching.dispatches import due_at, highest_level, links
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.transitions import CHANGED, report_again
from aftercare.database.compiled_queries import SAMPLE, CompiledQuery
from aftercare.database.new_rows import NewRows
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.models import Patient
from aftercare.triage import LIMITS, Finding, Limits, rules_to_tell

# Key of an alert: procedure id and rule.
Key = tuple[UUID | None, str]


def open_alerts(patient: UUID) -> QuerySet[Alert]:
    """Return the open alerts of a patient, locked."""
    alerts: QuerySet[Alert] = Alert.objects.select_for_update().filter(patient=patient).open()
    return alerts


find_open = CompiledQuery(open_alerts, patient=SAMPLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fired:
    """A finding of level routine or higher with the procedure that it is about.

    `kept`: a correction repeats a finding of the corrected check-in, so it is no newer report.
    """

    procedure_id: UUID | None
    finding: Finding
    kept: bool = False

    @property
    def key(self) -> Key:
        return self.procedure_id, self.finding.rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Raised:
    """Result: the alert of each finding, in order, and whether staff are notified."""

    alerts: list[Alert]
    dispatched: bool


def raise_alerts(
    *,
    patient: Patient,
    fired: Collection[Fired],
    event: UUID,
    rows: NewRows,
    now: datetime,
    limits: Limits = LIMITS,
) -> Raised:
    """Open an alert for each rule without an open one, append the other findings, and decide whom to notify.

    A kept finding is linked to its existing alert, open or closed, and changes nothing. Call in a transaction
    that holds the patient's lock. `event`: id of the check-in. `rows`: receives the new rows, for the caller to write.
    """
    if not fired:
        return Raised(alerts=[], dispatched=False)
    before = {(alert.procedure_id, alert.rule): alert for alert in find_open(patient=patient.pk)}
    closed = closed_alerts(patient, [item.key for item in fired if item.kept and item.key not in before])
    news = [item for item in fired if not (item.kept and (item.key in before or item.key in closed))]
    keys = keys_to_notify(news, before.values())
    opened = new_alerts(patient=patient, fired=news, before=before, now=now, limits=limits)
    rows.add(opened.values())
    append_reports(patient, repeated_alerts(news, before), now, limits)
    found = {**before, **opened}
    if keys:
        rows.add(opening(patient=patient, alerts=[found[key] for key in keys], event=event, now=now))
    alerts = [closed[one.key] if one.kept and one.key in closed else found[one.key] for one in fired]
    return Raised(alerts=alerts, dispatched=bool(keys))


def closed_alerts(patient: Patient, keys: Collection[Key]) -> dict[Key, Alert]:
    """Return the newest closed alert of each procedure and rule."""
    if not keys:
        return {}
    rows = patient.alerts.filter(status=Alert.Status.CLOSED, rule__in={rule for _procedure, rule in keys})
    newest_last = rows.order_by("opened_at", "closed_at")
    found = {(alert.procedure_id, alert.rule): alert for alert in newest_last}
    return {key: alert for key, alert in found.items() if key in set(keys)}


def new_alerts(
    *, patient: Patient, fired: Iterable[Fired], before: Mapping[Key, Alert], now: datetime, limits: Limits
) -> dict[Key, Alert]:
    """Return new alerts, unsaved; the deadline of each starts now, notified or not."""
    opened: dict[Key, Alert] = {}
    for item in fired:
        if item.key not in before and item.key not in opened:
            opened[item.key] = Alert(
                clinic_id=patient.clinic_id,
                patient=patient,
                procedure_id=item.procedure_id,
                rule=item.finding.rule,
                level=item.finding.level.value,
                opened_at=now,
                last_reported_at=now,
                next_escalation_at=triage.acknowledge_by(item.finding.level, now, limits),
            )
    return opened


def repeated_alerts(fired: Iterable[Fired], before: Mapping[Key, Alert]) -> list[Alert]:
    """Return the alerts that were open before and whose rule fired again, without duplicates."""
    return [before[key] for key in dict.fromkeys(item.key for item in fired) if key in before]


def append_reports(patient: Patient, repeated: Sequence[Alert], now: datetime, limits: Limits) -> None:
    """Record a newer report on open alerts."""
    for alert in repeated:
        report_again(alert, patient.clinic.hours, now, limits)
    if repeated:
        Alert.objects.bulk_update(repeated, CHANGED)


def keys_to_notify(fired: Iterable[Fired], open_before: Iterable[Alert]) -> list[Key]:
    """Return the keys that staff are notified of: the rule for notification, per procedure.

    `open_before`: the patient's open alerts before the report.
    """
    open_before = list(open_before)
    waiting = max((alert.triage_level for alert in open_before if alert.is_waiting), default=None)
    keys: list[Key] = []
    for procedure_id, items in groupby(
        sorted(fired, key=procedure_order), key=lambda item: item.procedure_id
    ):
        taken_on = {
            alert.rule: not alert.is_waiting for alert in open_before if alert.procedure_id == procedure_id
        }
        told = rules_to_tell((item.finding for item in items), taken_on=taken_on, highest_waiting=waiting)
        keys += [(procedure_id, finding.rule) for finding in told]
    return list(dict.fromkeys(keys))


def procedure_order(item: Fired) -> str:
    """Sort key that groups findings by procedure."""
    return str(item.procedure_id or "")


def opening(*, patient: Patient, alerts: list[Alert], event: UUID, now: datetime) -> list[Model]:
    """Return the dispatch of opened alerts to the first contact step and its links to them, unsaved."""
    dispatch = opening_dispatch(patient=patient, alerts=alerts, event=event, now=now)
    nudge_after_commit()
    return [dispatch, *links(dispatch, alerts)]


def opening_dispatch(*, patient: Patient, alerts: Iterable[Alert], event: UUID, now: datetime) -> Dispatch:
    """Return that dispatch, unsaved."""
    return Dispatch(
        clinic_id=patient.clinic_id,
        patient=patient,
        reason=Dispatch.Reason.OPENED,
        event=event,
        decided_at=now,
        due_at=due_at(patient.clinic, highest_level(alerts), now),
    )
