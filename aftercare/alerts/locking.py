"""Lock order: the patient's row first, then the alerts, so that no two actions deadlock."""

from __future__ import annotations

from aftercare.alerts.models import Alert
from aftercare.people.models import Patient


def locked_patient(patient: Patient) -> Patient:
    """Lock and return the patient, with the clinic."""
    current: Patient = (
        Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=patient.pk)
    )
    return current


def locked(alert: Alert) -> Alert:
    """Lock the patient, then the alert, and return the alert."""
    patient = locked_patient(alert.patient)
    current: Alert = Alert.objects.select_for_update().get(pk=alert.pk)
    current.patient, current.clinic = patient, patient.clinic
    return current


def locked_open(patient: Patient) -> tuple[Patient, list[Alert]]:
    """Lock the patient and all open alerts, and return both, lowest level first."""
    current = locked_patient(patient)
    rows = Alert.objects.select_for_update().filter(patient=current).open().order_by("opened_at", "pk")
    alerts = sorted(rows, key=lambda alert: alert.triage_level)
    for alert in alerts:
        alert.patient, alert.clinic = current, current.clinic
    return current, alerts
