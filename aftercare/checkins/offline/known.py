"""What the phone has to know to apply the table of rules to an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aftercare.checkins.submission.history import History, course_for, side_by_side
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.people.models import Patient, Procedure
from aftercare.triage import LIMITS, SYMPTOMS


def known_of(patient: Patient, now: datetime) -> dict[str, Any]:
    """Return the patient's risk, and of each procedure that heals: instant, kind, hours, lowest values so far."""
    newest = ExpectedCourseSet.objects.filter(clinic=patient.clinic).order_by("-version")
    history = History.of(patient, newest.values_list("pk", flat=True).first())
    done = [one for one in history.procedures if one.performed_at <= now]
    return {
        "at_risk": patient.at_risk,
        "procedures": [known_of_procedure(one, history) for one in side_by_side(done, now)],
    }


def known_of_procedure(procedure: Procedure, history: History) -> dict[str, Any]:
    course = course_for(history.course_set_id, procedure)
    assert course is not None
    return {
        "id": str(procedure.pk),
        "at": procedure.performed_at.timestamp() * 1000,  # ms, as the phone counts
        "kind": procedure.kind,
        "hours": {f"{symptom}.tell_us_after_h": course.of(symptom).tell_us_after_h for symptom in SYMPTOMS},
        "low": lowest(procedure, history),
    }


def lowest(procedure: Procedure, history: History) -> dict[str, int]:
    """Return the lowest value of each symptom, from `settle_h` hours on; symptoms without one are left out."""
    settled = procedure.performed_at + timedelta(hours=LIMITS.settle_h)
    entries = [entry for entry in history.series(procedure) if entry.at >= settled]
    found: dict[str, int] = {}
    for symptom in SYMPTOMS:
        values = [value for entry in entries if (value := getattr(entry.answers, symptom)) is not None]
        if values:
            found[symptom] = min(values)
    return found
