"""Content of the result page beside the advice: answers, later evaluations, actions of staff."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from aftercare.checkins.advice.reasons import Clock, Reason, reasons
from aftercare.checkins.follow_up.confirmation import confirmation_of
from aftercare.checkins.follow_up.non_response import newest_check_in
from aftercare.checkins.models import Assessment, CheckIn, Photo
from aftercare.checkins.models import Finding as FindingRow
from aftercare.checkins.pages.history import has_several_areas
from aftercare.checkins.pages.lead import Lead, lead_after, lead_of, own_alerts
from aftercare.checkins.pages.lead_box import LeadBox, box_of, closed_box, spoken_box
from aftercare.checkins.pages.today import read_when
from aftercare.checkins.photos.page import takes_photos
from aftercare.checkins.schedule import is_late
from aftercare.checkins.wording import knows_nothing, told, unanswered
from aftercare.database.compiled_queries import SAMPLE, CompiledQuery
from aftercare.people.models import Event, Patient
from aftercare.people.models.hot_reads import procedures_of
from aftercare.triage import LIMITS, Finding, Level

# After this long another telephone may apply: show the current lead instead of the stored advice.
SAID_JUST_NOW = timedelta(hours=1)


def result_context(check_in: CheckIn, patient: Patient, now: datetime) -> dict[str, Any]:
    newest = check_in if is_newest(check_in) else newest_check_in(patient)
    situation = situation_of(check_in, patient, now, newest)
    return {
        **situation,
        "title": title_of(situation, patient),
        "is_flagged": check_in.triage_level >= Level.SAME_DAY,
        "read_when": read_when(patient.clinic, now),
        "told": told(check_in.given),
        "unanswered": unanswered(check_in.given, was_late=was_late(check_in)),
        "knows_nothing": knows_nothing(check_in.given),
        "correction": later_version(check_in),
        "newer": newest if newest and newest.number > check_in.number else None,
        "seen_again": seen_again(check_in, patient, now),
        "area": area_of(check_in, patient),
        "photos": photos_of(check_in),
        "takes_photos": takes_photos(check_in, now),
        "can_change": check_in.observed_at >= now - timedelta(hours=LIMITS.backdate_limit_h),
    }


def is_newest(check_in: CheckIn) -> bool:
    """Return True if no check-in was sent after this one; False if it was read without `newest_id`."""
    return getattr(check_in, "newest_id", None) == check_in.pk


def title_of(situation: dict[str, Any], patient: Patient) -> str:
    """Return the page's title."""
    first, box = situation["first"], situation["box"]
    if first:
        return str(first["advice"]["headline"])
    return box.title(patient.clinic) if box else str(situation["advice"].get("headline", _("Check-in")))


def situation_of(
    check_in: CheckIn, patient: Patient, now: datetime, newest: CheckIn | None = None
) -> dict[str, Any]:
    """Return the top of the page, which an open page polls: the lead, or the advice of this check-in.

    A check-in that `aftercare.checkins.pages.sent` has read says what else there is to read; of another, all is read.
    `first`: the advice, if it is current and leads. `box`: what leads instead, or what staff did since.
    """
    lead = lead_after(newest, patient, now) if newest else lead_of(patient, now)
    lead_box = box_of(patient, lead)
    first = current_advice(check_in, patient, lead, lead_box)
    ended = None if lead.is_action else staff_outcome(check_in, patient, now)
    other = lead_box if lead.can_change and not first else None
    report = lead_box.report if lead_box else None
    return {
        "check_in": check_in,
        "advice": check_in.advice,
        "lead": lead,
        "lead_box": lead_box,
        "first": first,
        "box": ended or other,
        "has_ended": ended is not None,
        "quiet_seen": report is not None and report.check_in_id == check_in.pk,
        "confirmation": None if ended else confirmation_of(check_in, patient.clinic, now),
        "patient": patient,
        "now": now,
    }


def current_advice(
    check_in: CheckIn, patient: Patient, lead: Lead, box: LeadBox | None
) -> dict[str, Any] | None:
    """Return the advice of this check-in if it leads and nothing more urgent does; else None."""
    report = box.report if box else None
    if report is None or report.check_in_id != check_in.pk or report.is_corrected:
        return None
    said = {"level": check_in.level, "advice": check_in.advice, "at": check_in.submitted_at}
    if check_in.level != lead.word:
        again = seen_again(check_in, patient, lead.now)
        said = again if again and again["advice"] else said
    is_current = said["level"] == lead.word and lead.now - said["at"] <= SAID_JUST_NOW
    return said if is_current else None


def staff_outcome(check_in: CheckIn, patient: Patient, now: datetime) -> LeadBox | None:
    """Return what staff did about the check-in's alerts, once none requires a call."""
    alerts = own_alerts(check_in) if getattr(check_in, "may_lead", True) else []
    if not alerts:
        return None
    if still_open := [alert for alert in alerts if alert.is_open]:
        return spoken_box(patient, still_open, now)
    alerts.sort(key=lambda alert: alert.closed_at or now, reverse=True)
    return closed_box(patient, alerts, now)


def photos_of(check_in: CheckIn) -> list[Photo]:
    """Return the pictures of the check-in, oldest first."""
    return (
        list(Photo.objects.kept().filter(check_in=check_in)) if getattr(check_in, "has_photos", True) else []
    )


def area_of(check_in: CheckIn, patient: Patient) -> str:
    """Return the area, if more than one was treated."""
    procedure = check_in.procedure
    if procedure is None or not getattr(check_in, "has_other_procedures", True):
        return ""
    return procedure.area_words if has_several_areas(procedures_of(patient)) else ""


def was_late(check_in: CheckIn) -> bool:
    """Return True if the form asked less, so late after the treatment."""
    procedure = check_in.procedure
    return procedure is not None and is_late(procedure.hours_at(check_in.submitted_at))


def later_version(check_in: CheckIn) -> CheckIn | None:
    """Return the correction of this check-in, or None."""
    if not getattr(check_in, "is_corrected", True):
        return None
    found: CheckIn | None = getattr(check_in, "superseded_by", None)
    return found


def later(check_in: UUID) -> QuerySet[Assessment]:
    """The later evaluations with new findings, newest first."""
    new = FindingRow.objects.filter(assessment=OuterRef("pk"), is_new=True)
    rows = Assessment.objects.filter(check_in=check_in).exclude(reason=Assessment.Reason.SUBMITTED)
    return rows.filter(Exists(new)).select_related("caused_by", "event").order_by("-at")


find_later = CompiledQuery(later, check_in=SAMPLE)


def seen_again(check_in: CheckIn, patient: Patient, now: datetime) -> dict[str, Any] | None:
    """Return the highest later evaluation with new findings, newest first, and where its advice is.

    `caused_by`: the check-in with the advice. After a correction by staff it is None: the evaluation has its
    own advice, shown above the first one only if its level is higher.
    """
    newest_first = find_later(check_in=check_in.pk) if getattr(check_in, "may_be_judged_again", True) else []
    if not newest_first:
        return None
    highest = max(newest_first, key=lambda row: Level(row.level).rank)
    return {
        "at": highest.at,
        "caused_by": highest.caused_by,
        "is_about_intake": highest.event is not None and highest.event.verb == Event.Verb.CHANGED_INTAKE,
        "advice": highest.advice if Level(highest.level) > check_in.triage_level else None,
        "level": highest.level,
        "reasons": new_reasons(highest, Clock(now, patient.clinic.zone)),
    }


def new_reasons(assessment: Assessment, clock: Clock) -> list[Reason]:
    rows = FindingRow.objects.filter(assessment=assessment, is_new=True)
    return reasons([as_finding(row) for row in rows], clock)


def as_finding(row: FindingRow) -> Finding:
    """Convert a stored finding to the engine's."""
    data = {"rule": row.rule, "level": row.level, "evidence": row.evidence, "limit_h": row.limit_h}
    return Finding.from_json(data)
