"""Patients who were treated by somebody, with lots, and report a sign."""

from __future__ import annotations

from typing import Any

from aftercare.people.models import Clinic, Patient
from aftercare.people.treatments.details import LotEntry, TreatmentDetails
from aftercare.people.treatments.recording import record_details
from tests.factories import PatientFactory, ProcedureFactory, check_in


def treated_with(clinic: Clinic, operator: str = "", *needles: str) -> Patient:
    """Return a further patient of a clinic, treated at hour 0 by this operator with needles of these lots."""
    patient = PatientFactory.create(clinic=clinic)
    lots = frozenset(LotEntry(kind="needle", number=number) for number in needles)
    record_details(ProcedureFactory.create(patient=patient), TreatmentDetails(operator=operator, lots=lots))
    return patient


def reported_with(clinic: Clinic, h: float, operator: str = "", *needles: str, **said: Any) -> Patient:
    """Let such a patient report pus, or what else is named."""
    patient = treated_with(clinic, operator, *needles)
    check_in(patient, h, **(said or {"signs": ["pus"]}))
    return patient
