"""The plans that are due, with what decides about them: one statement, whatever their number."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from aftercare.alerts.models import Alert
from aftercare.checkins.models import CheckIn, Reminder, ReminderPlan
from aftercare.checkins.reminders.planning import Times
from aftercare.people.models import Patient, Procedure

# Levels below these wait for the clinic; a patient with one of these is asked to call.
CALLING = (Alert.Level.EMERGENCY, Alert.Level.URGENT)


def due_plans(now: datetime) -> QuerySet[ReminderPlan]:
    """Return the plans to look at now, earliest first, each annotated with what decides about it."""
    return with_facts(ReminderPlan.objects.filter(next_at__lte=now), now).order_by("next_at", "pk")


def with_facts(plans: QuerySet[ReminderPlan], now: datetime) -> QuerySet[ReminderPlan]:
    """Annotate plans with the latest procedure, the newest check-in and whether the patient is to call."""
    latest = latest_procedure(OuterRef("patient"), now)
    newest = CheckIn.objects.filter(patient=OuterRef("patient")).order_by("-submitted_at", "-number")
    return plans.select_related("patient__user", "patient__clinic").annotate(
        procedure_id=Subquery(latest.values("pk")[:1]),
        performed_at=Subquery(latest.values("performed_at")[:1]),
        recorded_at=Subquery(latest.values("recorded_at")[:1]),
        last_at=Subquery(newest.values("submitted_at")[:1]),
        must_call=Exists(calling_alerts(OuterRef("patient"))),
    )


def latest_procedure(patient: Any, now: datetime) -> QuerySet[Procedure]:
    """Return the procedures of a patient until now, the latest first."""
    done = Procedure.objects.filter(patient=patient, performed_at__lte=now)
    return done.order_by("-performed_at", "-recorded_at", "-pk")


def calling_alerts(patient: Any) -> QuerySet[Alert]:
    """Return the emergency and urgent alerts of a patient who was not reached since the newest report."""
    alerts: QuerySet[Alert] = Alert.objects.unreached().filter(patient=patient, level__in=CALLING)
    return alerts


def reminded(patients: Collection[UUID], since: date) -> set[tuple[UUID, date, str]]:
    """Return patient, day and sort of the reminders of these patients since a date."""
    rows = Reminder.objects.filter(patient__in=patients, day__gte=since)
    return set(rows.values_list("patient_id", "day", "sort"))


def times_of(plan: ReminderPlan) -> Times:
    """Return the hour, the quiet hours and the zone of a plan."""
    return Times(at=plan.at_time, quiet_from=plan.quiet_from, quiet_until=plan.quiet_until, zone=plan.zone)


def patients_to_plan(now: datetime, since: datetime) -> QuerySet[Patient]:
    """Return the patients treated since an instant whose plan is missing, or is for another procedure or zone.

    They are read by the index of the procedures' instants.
    """
    recent = Procedure.objects.filter(performed_at__gt=since, performed_at__lte=now)
    plan = ReminderPlan.objects.filter(patient=OuterRef("pk"))
    is_right = plan.filter(counted_from=OuterRef("latest_at"), time_zone=OuterRef("time_zone"))
    patients: QuerySet[Patient] = Patient.objects.opened_by_sign_in().filter(
        pk__in=recent.values("patient"), user__is_active=True
    )
    return (
        patients.annotate(
            latest_at=Subquery(latest_procedure(OuterRef("pk"), now).values("performed_at")[:1])
        )
        .exclude(Exists(plan.filter(stopped_at__isnull=False)))
        .exclude(Exists(is_right))
        .order_by("pk")
    )
