"""What the result page shows beside the advice: what was answered, and what became of the check-in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aftercare.checkins.confirmation import confirmation_of
from aftercare.checkins.models import Assessment, CheckIn
from aftercare.checkins.models import Finding as FindingRow
from aftercare.checkins.reasons import Clock, Reason, reasons
from aftercare.checkins.wording import told
from aftercare.people.models import Patient
from aftercare.triage import LIMITS, Finding


def result_context(check_in: CheckIn, patient: Patient, now: datetime) -> dict[str, Any]:
    return {
        "check_in": check_in,
        "advice": check_in.advice,
        "confirmation": confirmation_of(check_in, patient.clinic, now),
        "told": told(check_in.given),
        "standing": later_version(check_in),
        "seen_again": seen_again(check_in, patient, now),
        "can_change": check_in.observed_at >= now - timedelta(hours=LIMITS.backdate_limit_h),
        "now": now,
    }


def later_version(check_in: CheckIn) -> CheckIn | None:
    """The correction that stands in its place."""
    found: CheckIn | None = getattr(check_in, "superseded_by", None)
    return found


def seen_again(check_in: CheckIn, patient: Patient, now: datetime) -> dict[str, Any] | None:
    """The newest later evaluation: what it found, and the check-in that led to it and says what to do."""
    later = (
        check_in.assessments.filter(reason=Assessment.Reason.REVEALED)
        .select_related("caused_by")
        .order_by("-at")
        .first()
    )
    if later is None:
        return None
    return {
        "at": later.at,
        "caused_by": later.caused_by,
        "reasons": new_reasons(later, Clock(now, patient.clinic.zone)),
    }


def new_reasons(assessment: Assessment, clock: Clock) -> list[Reason]:
    rows = FindingRow.objects.filter(assessment=assessment, is_new=True)
    return reasons([as_finding(row) for row in rows], clock)


def as_finding(row: FindingRow) -> Finding:
    """A stored finding as the engine gave it."""
    data = {"rule": row.rule, "level": row.level, "evidence": row.evidence, "limit_h": row.limit_h}
    return Finding.from_json(data)
