"""Non-response: patients without check-ins. Silence never counts as recovery."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from aftercare.alerts.dispatching.dispatches import due_at
from aftercare.alerts.following_up.escalation import dispatch_silence
from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.checkins.models import CheckIn, Finding, NonResponse
from aftercare.people.models import Patient, Procedure
from aftercare.triage import LIMITS, Level, Limits, missed_check_ins, silent_after_alert

logger = logging.getLogger(__name__)


def newest_check_in(patient: Patient) -> CheckIn | None:
    """Return the newest check-in by submission."""
    return CheckIn.objects.filter(patient=patient).order_by("-submitted_at", "-number").first()


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
        try:
            told += record_silence(patient, now, limits)
        except Exception:
            # An error for one patient must not affect the next.
            logger.exception("the silence of patient %s could not be noted", patient.pk)
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

    `only` limits it to one patient, for a rehearsal.
    """
    latest = Procedure.objects.filter(patient=OuterRef("pk"), performed_at__lte=now).order_by("-performed_at")
    last = CheckIn.objects.filter(patient=OuterRef("pk")).order_by("-submitted_at")
    patients = (
        Patient.objects.taking_part()
        .annotate(
            procedure_id=Subquery(latest.values("pk")[:1]),
            performed_at=Subquery(latest.values("performed_at")[:1]),
            last_at=Subquery(last.values("submitted_at")[:1]),
        )
        .annotate(
            silent_since=Coalesce(
                Greatest("performed_at", "last_at"), F("performed_at"), output_field=DateTimeField()
            )
        )
    )
    candidates = patients.filter(
        performed_at__gte=now - timedelta(hours=limits.silent_until_h),
        silent_since__lte=now - timedelta(hours=limits.silent_h),
    )
    if only:
        candidates = candidates.filter(pk=only.pk)
    noted = NonResponse.objects.filter(patient=OuterRef("pk"), silent_since=OuterRef("silent_since"))
    new = candidates.exclude(Exists(noted))
    return sum(
        record_missed(row, now, limits)
        for row in new.values("pk", "procedure_id", "performed_at", "last_at", "silent_since")
    )


def record_missed(row: Mapping[str, Any], now: datetime, limits: Limits) -> bool:
    """Add one patient to the list; return False if the rule does not hold or the entry exists."""
    try:
        if not missed_check_ins(
            now=now, performed_at=row["performed_at"], last_submitted_at=row["last_at"], limits=limits
        ):
            return False
        _made, created = NonResponse.objects.get_or_create(
            patient_id=row["pk"],
            silent_since=row["silent_since"],
            defaults={"procedure_id": row["procedure_id"], "noted_at": now},
        )
    except Exception:
        # An error for one patient must not affect the next.
        logger.exception("the missed check-ins of patient %s could not be noted", row["pk"])
        return False
    return created


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
