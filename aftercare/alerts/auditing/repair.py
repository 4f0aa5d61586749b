"""Repair of what the auditor found: somebody is told now, by the same acts as at a deadline."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, transaction

from aftercare.alerts.auditing.search import Found, by_patient, lacks_next_act, untold, without_next_act
from aftercare.alerts.dispatching.dispatches import create_dispatch, due_at
from aftercare.alerts.dispatching.suppression import notified_alert_ids
from aftercare.alerts.following_up.escalation import escalate_patient, follow_up_patient
from aftercare.alerts.models import Alert, Dispatch, Omission
from aftercare.people.models import Patient
from aftercare.triage import LIMITS

logger = logging.getLogger(__name__)


def repair_alerts(now: datetime) -> list[Omission]:
    """Find the open alerts without a next act, and let somebody be told of each now; return what was found."""
    omissions: list[Omission] = []
    for find in (untold, without_next_act):
        found = find(now)
        alerts = Alert.objects.filter(pk__in=found).select_related("clinic").order_by("opened_at", "pk")
        for patient_id, group in by_patient(list(alerts)).items():
            try:
                omissions += repair_patient(group, found, now)
            except DatabaseError:
                raise
            except Exception:
                # An error for one patient must not affect the next; it is reported as not repaired.
                logger.exception("the alerts of patient %s could not be told of", patient_id)
                omissions += record(group, found, now, repaired=set())
    return omissions


@transaction.atomic
def repair_patient(alerts: list[Alert], found: Found, now: datetime) -> list[Omission]:
    """Let somebody be told of the alerts of one patient that still lack an act, and record them."""
    Patient.objects.select_for_update().get(pk=alerts[0].patient_id)
    ids = [alert.pk for alert in alerts]
    current = list(Alert.objects.open().filter(pk__in=ids).select_related("clinic"))
    heard = notified_alert_ids(current)
    lacking = [
        alert
        for alert in current
        if (alert.pk not in heard if found[alert.pk] == Omission.Kind.UNTOLD else lacks_next_act(alert, now))
    ]
    told = {alert.pk for alert in lacking if tell(alert, found[alert.pk], now)}
    return record(lacking, found, now, repaired=told)


def tell(alert: Alert, kind: Omission.Kind, now: datetime) -> bool:
    """Let somebody be told of an alert now; return False if that failed."""
    if kind == Omission.Kind.UNTOLD:
        due = due_at(alert.clinic, alert.triage_level, now)
        create_dispatch([alert], Dispatch.Reason.OPENED, now=now, due=due)
        return True
    column = "next_escalation_at" if alert.is_waiting else "follow_up_at"
    Alert.objects.filter(pk=alert.pk).update(**{column: now})
    setattr(alert, column, now)
    return escalate_patient([alert], now, LIMITS) if alert.is_waiting else follow_up_patient([alert], now)


def record(
    alerts: Collection[Alert], found: Found, now: datetime, *, repaired: Collection[UUID]
) -> list[Omission]:
    """Record what was found, once per instant."""
    for alert in alerts:
        logger.error("alert %s: %s", alert.pk, found[alert.pk].value)
    return Omission.objects.bulk_create(
        [
            Omission(
                clinic_id=alert.clinic_id,
                kind=found[alert.pk],
                event=alert.pk,
                alert=alert,
                found_at=now,
                repaired_at=now if alert.pk in repaired else None,
            )
            for alert in alerts
        ],
        ignore_conflicts=True,
    )
