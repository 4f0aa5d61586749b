"""Opening, acknowledging and closing alerts. Every action locks the patient's row first, then the alerts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db import transaction

from aftercare import triage
from aftercare.alerts.models import Alert, ContactAttempt, Dispatch
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.actions import record_event
from aftercare.people.models import Clinic, Event, Patient, User
from aftercare.triage import LIMITS, Finding, Level, Limits, rules_to_tell

# By when somebody must have tried to reach the patient of an urgent alert that was acknowledged.
FOLLOW_UP_WITHIN = timedelta(minutes=30)


class AlreadyClosedError(ValueError):
    """The alert was closed before."""


class AlreadyAcknowledgedError(ValueError):
    """Somebody else acknowledged the alert before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fired:
    """A finding of routine or higher, and the procedure whose recovery it is about."""

    procedure_id: UUID | None
    finding: Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class Raised:
    """What came of the findings: the alert of each, in their order, and whether staff are told."""

    alerts: list[Alert]
    dispatched: bool


def raise_alerts(
    *, patient: Patient, fired: Collection[Fired], event: UUID, now: datetime, limits: Limits = LIMITS
) -> Raised:
    """Open an alert for each fired rule that has none open, append the others, and decide who is told.

    For the caller's transaction, which holds the lock on the patient's row. `event` is the check-in's id.
    """
    if not fired:
        return Raised(alerts=[], dispatched=False)
    before = {
        (alert.procedure_id, alert.rule): alert
        for alert in Alert.objects.select_for_update().filter(patient=patient).open()
    }
    opened = open_new(patient=patient, fired=fired, before=before, now=now, limits=limits)
    mark_reported_again(
        [before[key] for item in fired if (key := (item.procedure_id, item.finding.rule)) in before], now
    )
    told = [opened[key] for key in keys_to_tell(fired, before.values())]
    if told:
        dispatch_opened(patient=patient, alerts=told, event=event, now=now)
    by_key = {**before, **opened}
    return Raised(
        alerts=[by_key[item.procedure_id, item.finding.rule] for item in fired], dispatched=bool(told)
    )


def open_new(
    *,
    patient: Patient,
    fired: Iterable[Fired],
    before: dict[tuple[UUID | None, str], Alert],
    now: datetime,
    limits: Limits,
) -> dict[tuple[UUID | None, str], Alert]:
    """Write the alerts that are new."""
    opened = new_alerts(patient=patient, fired=fired, before=before, now=now, limits=limits)
    Alert.objects.bulk_create(opened.values())
    return opened


def new_alerts(
    *,
    patient: Patient,
    fired: Iterable[Fired],
    before: Mapping[tuple[UUID | None, str], Alert],
    now: datetime,
    limits: Limits,
) -> dict[tuple[UUID | None, str], Alert]:
    """The alerts that are new, by procedure and rule, not yet written. Each one's clock starts now, told or not."""
    opened: dict[tuple[UUID | None, str], Alert] = {}
    for item in fired:
        key = (item.procedure_id, item.finding.rule)
        if key not in before and key not in opened:
            opened[key] = Alert(
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


def mark_reported_again(repeated: Iterable[Alert], now: datetime) -> None:
    """Show in the queue that a rule fired again whose alert somebody had acknowledged."""
    ids = [alert.pk for alert in repeated if alert.status == Alert.Status.ACKNOWLEDGED]
    if ids:
        Alert.objects.filter(pk__in=ids).update(reported_again_at=now)


def keys_to_tell(fired: Iterable[Fired], open_before: Iterable[Alert]) -> list[tuple[UUID | None, str]]:
    """Which of the fired rules staff are told of: the notify rule, procedure by procedure."""
    open_before = [alert for alert in open_before if alert.triage_level >= Level.SAME_DAY]
    highest = max((alert.triage_level for alert in open_before), default=None)
    by_procedure = groupby(sorted(fired, key=procedure_key), key=lambda item: item.procedure_id)
    keys = []
    for procedure_id, items in by_procedure:
        open_rules = {alert.rule for alert in open_before if alert.procedure_id == procedure_id}
        told = rules_to_tell((item.finding for item in items), open_rules=open_rules, highest_open=highest)
        keys += [(procedure_id, finding.rule) for finding in told]
    return list(dict.fromkeys(keys))


def procedure_key(item: Fired) -> str:
    """An order that brings the findings of one procedure together."""
    return str(item.procedure_id or "")


def dispatch_opened(*, patient: Patient, alerts: list[Alert], event: UUID, now: datetime) -> Dispatch:
    """Write the decision that the first contact step is told of these alerts."""
    dispatch = opening_dispatch(patient=patient, alerts=alerts, event=event, now=now)
    dispatch.save(force_insert=True)
    dispatch.alerts.through.objects.bulk_create(
        dispatch.alerts.through(dispatch_id=dispatch.pk, alert_id=alert.pk) for alert in alerts
    )
    nudge_after_commit()
    return dispatch


def opening_dispatch(*, patient: Patient, alerts: Iterable[Alert], event: UUID, now: datetime) -> Dispatch:
    """That decision, not yet written."""
    worst = max(alert.triage_level for alert in alerts)
    return Dispatch(
        clinic_id=patient.clinic_id,
        patient=patient,
        reason=Dispatch.Reason.OPENED,
        event=event,
        decided_at=now,
        due_at=due_at(patient.clinic, worst, now),
    )


def due_at(clinic: Clinic, level: Level, now: datetime) -> datetime:
    """Urgent and higher: now. Same day: now in opening hours, else at the next opening."""
    if level >= Level.URGENT or clinic.hours.current(now):
        return now
    upcoming = clinic.hours.next_opening(now)
    return upcoming.opens if upcoming else now


def locked(alert: Alert) -> Alert:
    """The alert as it is now, with the patient's row and its own locked."""
    Patient.objects.select_for_update().get(pk=alert.patient_id)
    current: Alert = Alert.objects.select_for_update().get(pk=alert.pk)
    return current


@transaction.atomic
def acknowledge(*, alert: Alert, by: User, now: datetime) -> Alert:
    """Take the alert on. Acknowledging it again yourself changes nothing, but confirms a newer report.

    A forgotten one can be taken over. AlreadyAcknowledgedError where somebody else was first,
    AlreadyClosedError where it is closed.
    """
    current = locked(alert)
    if not current.is_open:
        raise AlreadyClosedError
    if current.status == Alert.Status.ACKNOWLEDGED:
        if current.acknowledged_by_id == by.pk:
            return confirm_newer_report(current, by, now)
        if not current.is_forgotten:
            raise AlreadyAcknowledgedError
    current.status, current.owner = Alert.Status.ACKNOWLEDGED, by
    current.acknowledged_at, current.acknowledged_by, current.next_escalation_at = now, by, None
    current.follow_up_at = follow_up_from(current, now)
    current.forgotten_since, current.reported_again_at = None, None
    current.save()
    record_event(verb=Event.Verb.ACKNOWLEDGED, actor=by, now=now, patient=current.patient, subject=current.pk)
    return current


def follow_up_from(alert: Alert, now: datetime) -> datetime | None:
    """Until when somebody must have tried to reach the patient, counted from now; None below urgent."""
    return now + FOLLOW_UP_WITHIN if alert.triage_level >= Level.URGENT else None


def confirm_newer_report(current: Alert, by: User, now: datetime) -> Alert:
    """Who has the alert says that they have seen what was reported since; nothing where nothing was."""
    if current.reported_again_at is not None:
        current.reported_again_at = None
        current.save(update_fields=["reported_again_at"])
        record_event(
            verb=Event.Verb.ACKNOWLEDGED, actor=by, now=now, patient=current.patient, subject=current.pk
        )
    return current


@transaction.atomic
def record_contact_attempt(
    *,
    patient: Patient,
    by: User,
    now: datetime,
    result: str,
    note: str = "",
    alert: Alert | None = None,
) -> ContactAttempt:
    """Keep that somebody tried to reach the patient. It answers for every acknowledged alert of theirs.

    ValueError for an unknown result, or an alert of another patient.
    """
    if result not in ContactAttempt.Result.values:
        raise ValueError(f"unknown result: {result!r}")
    if alert is not None and alert.patient_id != patient.pk:
        raise ValueError("the alert is another patient's")
    Patient.objects.select_for_update().get(pk=patient.pk)
    attempt = ContactAttempt.objects.create(
        patient=patient, alert=alert, by=by, at=now, result=result, note=note
    )
    patient.alerts.filter(status=Alert.Status.ACKNOWLEDGED).update(follow_up_at=None, forgotten_since=None)
    record_event(
        verb=Event.Verb.TRIED_CONTACT,
        actor=by,
        now=now,
        patient=patient,
        subject=attempt.pk,
        data={"result": result},
    )
    return attempt


@transaction.atomic
def close(*, alert: Alert, by: User, now: datetime, outcome: str, note: str = "") -> Alert:
    """End the alert with an outcome. AlreadyClosedError where it is closed, ValueError for an unknown outcome."""
    if outcome not in Alert.Outcome.values:
        raise ValueError(f"unknown outcome: {outcome!r}")
    current = locked(alert)
    if not current.is_open:
        raise AlreadyClosedError
    if current.acknowledged_at is None:
        # Who closes an alert has seen it.
        current.acknowledged_at, current.acknowledged_by = now, by
    current.status, current.outcome, current.note = Alert.Status.CLOSED, outcome, note
    current.closed_at, current.closed_by, current.next_escalation_at = now, by, None
    current.follow_up_at, current.forgotten_since = None, None
    current.save()
    record_event(
        verb=Event.Verb.CLOSED,
        actor=by,
        now=now,
        patient=current.patient,
        subject=current.pk,
        data={"outcome": outcome},
    )
    return current
