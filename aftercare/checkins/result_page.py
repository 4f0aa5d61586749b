"""What the result page shows beside the advice: what was answered, and what became of the check-in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from aftercare.checkins.confirmation import confirmation_of
from aftercare.checkins.models import Assessment, CheckIn
from aftercare.checkins.models import Finding as FindingRow
from aftercare.checkins.reasons import Clock, Reason, reasons
from aftercare.checkins.wording import told
from aftercare.people.models import Event, Patient
from aftercare.triage import LIMITS, Finding, Level


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
    """The worst later evaluation that found more, the newest of several: what, and where to read what to do.

    `caused_by`: the check-in that says it. Where staff have put something right, none does: then the words are
    those of the evaluation, and they stand above the first ones only where it is worse.
    """
    new = FindingRow.objects.filter(assessment=OuterRef("pk"), is_new=True)
    rows = check_in.assessments.exclude(reason=Assessment.Reason.SUBMITTED).filter(Exists(new))
    newest_first = list(rows.select_related("caused_by", "event").order_by("-at"))
    if not newest_first:
        return None
    later = max(newest_first, key=lambda row: Level(row.level).rank)
    return {
        "at": later.at,
        "caused_by": later.caused_by,
        "is_about_intake": later.event is not None and later.event.verb == Event.Verb.CHANGED_INTAKE,
        "advice": later.advice if Level(later.level) > check_in.triage_level else None,
        "level": later.level,
        "reasons": new_reasons(later, Clock(now, patient.clinic.zone)),
    }


def new_reasons(assessment: Assessment, clock: Clock) -> list[Reason]:
    rows = FindingRow.objects.filter(assessment=assessment, is_new=True)
    return reasons([as_finding(row) for row in rows], clock)


def as_finding(row: FindingRow) -> Finding:
    """A stored finding as the engine gave it."""
    data = {"rule": row.rule, "level": row.level, "evidence": row.evidence, "limit_h": row.limit_h}
    return Finding.from_json(data)
