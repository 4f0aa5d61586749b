"""The order of locks: the patient's row first, then the alerts, so that no two actions wait for each other."""

from __future__ import annotations

from aftercare.alerts.models import Alert
from aftercare.people.models import Patient


def locked_patient(patient: Patient) -> Patient:
    """The patient as they are now, with their row locked, and their clinic at hand."""
    current: Patient = (
        Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=patient.pk)
    )
    return current


def locked(alert: Alert) -> Alert:
    """The alert as it is now, with the patient's row and its own locked."""
    patient = locked_patient(alert.patient)
    current: Alert = Alert.objects.select_for_update().get(pk=alert.pk)
    current.patient, current.clinic = patient, patient.clinic
    return current


def locked_open(patient: Patient) -> tuple[Patient, list[Alert]]:
    """The patient and every open alert of theirs, the lowest level first, with all rows locked."""
    current = locked_patient(patient)
    rows = Alert.objects.select_for_update().filter(patient=current).open().order_by("opened_at", "pk")
    alerts = sorted(rows, key=lambda alert: alert.triage_level)
    for alert in alerts:
        alert.patient, alert.clinic = current, current.clinic
    return current, alerts
