"""Non-response: patients without check-ins. Silence never counts as recovery."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from aftercare.alerts.dispatching.dispatches import due_at
from aftercare.alerts.following_up.escalation import dispatch_silence
from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.checkins.models import CheckIn, Finding, NonResponse
from aftercare.database.compiled_queries import SAMPLE, CompiledQuery
from aftercare.logs.isolation import isolated
from aftercare.people.models import Patient, Procedure
from aftercare.triage import LIMITS, Level, Limits, missed_check_ins, silent_after_alert

logger = logging.getLogger(__name__)

BATCH = 1000  # procedures that one statement looks at


def newest(patient: UUID) -> QuerySet[CheckIn]:
    return CheckIn.objects.filter(patient=patient).order_by("-submitted_at", "-number")[:1]


find_newest = CompiledQuery(newest, patient=SAMPLE)


def newest_check_in(patient: Patient) -> CheckIn | None:
    """Return the newest check-in by submission."""
    return next(iter(find_newest(patient=patient.pk)), None)


def alerts_reported_by(check_in: CheckIn) -> QuerySet[Alert]:
    """Return the open alerts of same_day and higher of a check-in."""
    reported = Finding.objects.found_in(check_in).values("alert")
    alerts: QuerySet[Alert] = Alert.objects.open().need_action().filter(pk__in=reported)
    return alerts


def silent_alerts(patient: Patient, now: datetime, limits: Limits = LIMITS) -> list[Alert]:
    """Return the alerts for which the rule `silent_after_alert` holds now."""
    newest = newest_check_in(patient)
    if newest is None:
        return []
    alerts = list(alerts_reported_by(newest).order_by("opened_at"))
    holds = silent_after_alert(
        now=now,
        submitted_at=newest.submitted_at,
        open_levels=[alert.triage_level for alert in alerts],
        limits=limits,
    )
    return alerts if holds else []


def is_missing(patient: Patient, now: datetime, limits: Limits = LIMITS) -> bool:
    """Return True if the rule `missed_check_ins` holds now."""
    latest = patient.procedures.filter(performed_at__lte=now).order_by("-performed_at").first()
    newest = newest_check_in(patient)
    return missed_check_ins(
        now=now,
        performed_at=latest.performed_at if latest else None,
        last_submitted_at=newest.submitted_at if newest else None,
        limits=limits,
    )


def record_silence_after_alerts(
    now: datetime, limits: Limits = LIMITS, *, only: Patient | None = None
) -> int:
    """Notify the clinic, once per check-in, of silence after one of same_day or higher; return the number.

    `only` limits it to one patient, for a rehearsal.
    """
    waited = now - timedelta(hours=limits.alert_silent_h)
    newest = CheckIn.objects.filter(patient=OuterRef("pk")).order_by("-submitted_at", "-number")
    patients = (
        Patient.objects.taking_part()
        .filter(alerts__in=Alert.objects.open().need_action())
        .annotate(newest_at=Subquery(newest.values("submitted_at")[:1]))
        .filter(newest_at__lte=waited)
        .select_related("clinic")
        .distinct()
    )
    if only:
        patients = patients.filter(pk=only.pk)
    told = 0
    for patient in patients:
        with isolated(logger, "the silence of patient %s could not be noted", patient.pk):
            told += record_silence(patient, now, limits)
    return told


def record_silence(patient: Patient, now: datetime, limits: Limits) -> bool:
    """Notify the clinic of one patient's silence, unless done before."""
    alerts = silent_alerts(patient, now, limits)
    newest = newest_check_in(patient)
    if not alerts or newest is None:
        return False
    due = due_at(patient.clinic, Level.SAME_DAY, now)
    return dispatch_silence(alerts=alerts, event=newest.pk, now=now, due_at=due)


def record_missed_check_ins(now: datetime, limits: Limits = LIMITS, *, only: Patient | None = None) -> int:
    """Add patients with missed check-ins to the non-responder list; return the number added.

    Walks the procedures for which a check-in can be missed now, in batches, so that neither its memory nor any of
    its statements grows with the number of patients. `only` limits it to one patient, for a rehearsal.
    """
    procedures = Procedure.objects.filter(
        performed_at__gte=now - timedelta(hours=limits.silent_until_h),
        performed_at__lte=now - timedelta(hours=limits.silent_h),
    )
    if only:
        procedures = procedures.filter(patient=only)
    added = 0
    for batch in batches(procedures):
        rows = newly_silent(batch, now, limits)
        missed = [entry for row in rows if (entry := missed_entry(row, now, limits))]
        added += len(NonResponse.objects.bulk_create(missed, ignore_conflicts=True))
    return added


def batches(procedures: QuerySet[Procedure]) -> Iterator[list[UUID]]:
    """Yield the ids of procedures in the order of their instants, some at a time."""
    after: tuple[datetime, UUID] | None = None
    while True:
        rest = procedures
        if after:
            instant, pk = after
            rest = procedures.filter(
                Q(performed_at__gt=instant) | Q(performed_at=instant, pk__gt=pk), performed_at__gte=instant
            )
        rows = list(rest.order_by("performed_at", "pk").values_list("performed_at", "pk")[:BATCH])
        if rows:
            yield [pk for _instant, pk in rows]
        if len(rows) < BATCH:
            return
        after = rows[-1]


def newly_silent(ids: Collection[UUID], now: datetime, limits: Limits) -> Iterable[Mapping[str, Any]]:
    """Return the procedures among these from which a patient's silence counts, unless it is on the list already."""
    later = Procedure.objects.filter(
        Q(performed_at__gt=OuterRef("performed_at"))
        | Q(performed_at=OuterRef("performed_at"), pk__gt=OuterRef("pk")),
        patient=OuterRef("patient"),
        performed_at__lte=now,
    )
    last = CheckIn.objects.filter(patient=OuterRef("patient")).order_by("-submitted_at")
    noted = NonResponse.objects.filter(patient=OuterRef("patient"), silent_since=OuterRef("silent_since"))
    return (
        Procedure.objects.filter(pk__in=ids, patient__withdrawn_at=None)
        .annotate(last_at=Subquery(last.values("submitted_at")[:1]))
        .annotate(
            silent_since=Coalesce(
                Greatest("performed_at", "last_at"), F("performed_at"), output_field=DateTimeField()
            )
        )
        .filter(silent_since__lte=now - timedelta(hours=limits.silent_h))
        .exclude(Exists(later))
        .exclude(Exists(noted))
        .order_by("performed_at", "pk")
        .values("pk", "patient_id", "performed_at", "last_at", "silent_since")
    )


def missed_entry(row: Mapping[str, Any], now: datetime, limits: Limits) -> NonResponse | None:
    """Return the entry of one patient, unsaved; None if the rule does not hold."""
    try:
        if not missed_check_ins(
            now=now, performed_at=row["performed_at"], last_submitted_at=row["last_at"], limits=limits
        ):
            return None
    except Exception:
        # An error for one patient must not affect the next.
        logger.exception("the missed check-ins of patient %s could not be noted", row["patient_id"])
        return None
    return NonResponse(
        patient_id=row["patient_id"],
        silent_since=row["silent_since"],
        procedure_id=row["pk"],
        noted_at=now,
    )


def non_responders(clinic_ids: Collection[int]) -> QuerySet[NonResponse]:
    """Return the silent patients of these clinics, longest silence first.

    A check-in, a new procedure or a successful call since ends the silence.
    """
    newer_check_in = CheckIn.objects.filter(
        patient=OuterRef("patient"), submitted_at__gt=OuterRef("silent_since")
    )
    newer_procedure = Procedure.objects.filter(
        patient=OuterRef("patient"), performed_at__gt=OuterRef("silent_since")
    )
    reached_since = ContactAttempt.objects.filter(
        patient=OuterRef("patient"),
        at__gt=OuterRef("silent_since"),
        result=ContactAttempt.Result.REACHED,
        corrected_by=None,
    )
    rows: QuerySet[NonResponse] = (
        NonResponse.objects.filter(patient__clinic_id__in=clinic_ids, patient__withdrawn_at=None)
        .exclude(Exists(newer_check_in))
        .exclude(Exists(newer_procedure))
        .exclude(Exists(reached_since))
        .select_related("patient__user", "procedure")
        .order_by("silent_since", "noted_at", "pk")
    )
    return rows
