"""Advice without a database: a clinic that is open 08:00 to 18:00, and a patient treated on a Monday at 10:00."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aftercare.checkins.advice.levels import Advice, advise
from aftercare.people.models import Clinic, Patient, Procedure
from aftercare.triage import DEFAULT_COURSES, Answers, Entry, evaluate
from tests.factories import MONDAY, WEEKDAYS, at

CLINIC = Clinic(
    name="Larkfield Skin Clinic",
    telephone="0161 496 0123",
    out_of_hours_telephone="0161 496 0199",
    emergency_number="999",
    opening_hours=WEEKDAYS,
    time_zone="Europe/London",
)
PATIENT = Patient(clinic=CLINIC, time_zone="Europe/London", call_back_telephone="07700 900142")
PROCEDURE = Procedure(patient=PATIENT, kind="mn", area="face", performed_at=MONDAY)
OPEN_H, CLOSED_H = 3, 10  # 13:00 and 20:00 on Monday


def entry_at(h: float, answers: dict[str, Any], kind: str = "mn") -> Entry:
    return Entry(key=h, at=at(h), answers=Answers.from_json(answers), course=DEFAULT_COURSES[kind])


def advice_at(
    h: float,
    *,
    earlier: dict[str, Any] | None = None,
    patient: Patient = PATIENT,
    procedure: Procedure | None = PROCEDURE,
    now: datetime | None = None,
    at_risk: bool = False,
    kind: str = "mn",
    **answers: Any,
) -> Advice:
    """Return the advice at `h` hours, or later at `now`, for answers described at `h`."""
    entry = entry_at(h, answers, kind)
    performed_at = procedure.performed_at if procedure else None
    others = [entry_at(20, earlier)] if earlier else []
    found = evaluate(entry, others, performed_at=performed_at, at_risk=at_risk)
    return advise(
        patient=patient,
        procedure=procedure,
        entry=entry,
        level=found.level,
        findings=list(found.findings),
        now=now or at(h),
    )


def sentences(advice: Advice) -> list[str]:
    """Every string in an advice."""

    def strings(value: object) -> list[str]:
        if isinstance(value, str):
            return [value]
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        return [text for part in parts for text in strings(part)]

    return strings(dict(advice))
