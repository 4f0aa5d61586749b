"""Content of the page that a patient prints for a doctor: treatments, answers, advice and course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from aftercare.checkins.models import CheckIn
from aftercare.checkins.pages.history import has_several_areas, recovering_side_by_side
from aftercare.checkins.pages.lead import lead_of
from aftercare.checkins.pages.lead_box import box_of
from aftercare.checkins.pages.recovery_chart import PATIENT, charts_of
from aftercare.checkins.pages.result import later_version, seen_again
from aftercare.checkins.wording import SHORT, told
from aftercare.people.models import Patient, Procedure
from aftercare.people.treatments.loading import with_details
from aftercare.triage import SYMPTOMS

ROWS = 150  # check-ins of the course, the newest


@dataclass(frozen=True, slots=True)
class Row:
    """A check-in of the course. `others`: the answers beside the four symptoms, as (question, answer)."""

    check_in: CheckIn
    others: list[tuple[str, str]]
    area: str


def printed_context(patient: Patient, now: datetime, check_in: CheckIn | None = None) -> dict[str, Any]:
    """Return the page of one check-in with its course; without one, of the present course."""
    every = with_details(patient.procedures.in_order().reverse())
    shown = procedures_of(check_in, every) if check_in else present(every, now)
    found = course_of(patient, shown)
    lead = lead_of(patient, now)
    return {
        "patient": patient,
        "procedures": shown,
        "check_in": check_in,
        "told": told(check_in.given) if check_in else [],
        "correction": later_version(check_in) if check_in else None,
        "seen_again": seen_again(check_in, patient, now) if check_in else None,
        "rows": [row_of(one, several=has_several_areas(shown)) for one in found[:ROWS]],
        "is_cut": len(found) > ROWS,
        "charts": charts_of(patient, shown, now, words=PATIENT),
        "lead": lead,
        "box": box_of(patient, lead),
        "now": now,
    }


def procedures_of(check_in: CheckIn, every: list[Procedure]) -> list[Procedure]:
    """Return the treatments that a check-in is about."""
    return [one for one in every if one.pk == check_in.procedure_id or str(one.pk) in check_in.several_of]


def present(every: list[Procedure], now: datetime) -> list[Procedure]:
    """Return the treatments that the patient is recovering from; `every`: newest first."""
    return recovering_side_by_side([one for one in every if one.performed_at <= now])


def course_of(patient: Patient, procedures: list[Procedure]) -> list[CheckIn]:
    """Return the current check-ins about these treatments, and those about no treatment, newest first."""
    about = CheckIn.objects.about(procedures).values("pk")
    wanted = Q(procedure=None) | Q(pk__in=about) if procedures else Q()
    own = patient.check_ins.not_superseded().filter(wanted)
    return list(own.select_related("procedure", "companion").defer("advice").newest_first()[: ROWS + 1])


def row_of(check_in: CheckIn, *, several: bool) -> Row:
    symptoms = {str(SHORT[symptom]) for symptom in SYMPTOMS}
    others = [(label, text) for label, text in told(check_in.given) if label not in symptoms]
    area = check_in.procedure.area_words if several and check_in.procedure else ""
    return Row(check_in, others, area)
