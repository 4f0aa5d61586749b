"""The data of the list of patients and of a patient's page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Max, OuterRef, Subquery

from aftercare.alerts.models import Alert
from aftercare.checkins.models import Assessment, CheckIn
from aftercare.people.models import Clinic, Patient, Procedure
from clinic.labels import QUESTIONS, all_answers, treatment_words
from clinic.patients.filters import PatientFilters

PATIENTS_ON_A_PAGE = 50
CHECK_INS_ON_A_PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRow:
    patient: Patient
    treatment: str
    alerts: list[Alert]
    last_check_in: datetime | None

    @property
    def worst(self) -> Alert | None:
        return self.alerts[0] if self.alerts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterAssessment:
    """The level and instant of a later evaluation of a check-in."""

    level: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A check-in with its answers as labels."""

    check_in: CheckIn
    answers: list[tuple[str, str]]
    again: LaterAssessment | None = None


def page_of_patients(
    clinic: Clinic, number: str | None, filters: PatientFilters, now: datetime
) -> Page[Patient]:
    """Return a page of the clinic's patients, latest treatment first, untreated patients last.

    An invalid page number means the first page, too high a number the last.
    """
    procedures = Procedure.objects.filter(patient=OuterRef("pk")).order_by("-performed_at")
    last = Subquery(procedures.values("performed_at")[:1])
    patients = filters.narrow(clinic.patients.not_erased().select_related("user"), clinic, now)
    ordered = patients.order_by(last.desc(nulls_last=True), "-enrolled_at", "pk")
    page = Paginator(ordered, PATIENTS_ON_A_PAGE).get_page(number)
    for patient in page:
        patient.clinic = clinic
    return page


def patient_rows(patients: Iterable[Patient], now: datetime) -> list[PatientRow]:
    """Return the rows of the patients, in three queries."""
    patients = list(patients)
    procedures = Procedure.objects.filter(patient__in=patients).order_by("performed_at")
    latest = {procedure.patient_id: procedure for procedure in procedures}
    check_ins = CheckIn.objects.filter(patient__in=patients).order_by().values_list("patient_id")
    last_check_ins = dict(check_ins.annotate(Max("submitted_at")))
    alerts: dict[UUID, list[Alert]] = {}
    for alert in Alert.objects.open().filter(patient__in=patients).worst_first():
        alerts.setdefault(alert.patient_id, []).append(alert)
    return [
        PatientRow(
            patient=patient,
            treatment=treatment_words(latest.get(patient.pk), now),
            alerts=alerts.get(patient.pk, []),
            last_check_in=last_check_ins.get(patient.pk),
        )
        for patient in patients
    ]


def closed_newest_first(alerts: Iterable[Alert]) -> list[Alert]:
    """Return the closed alerts, latest closing first."""
    closed = [(alert.closed_at, alert) for alert in alerts if alert.closed_at]
    return [alert for _at, alert in sorted(closed, key=itemgetter(0), reverse=True)]


def page_of_check_ins(patient: Patient, number: str | None) -> Page[CheckIn]:
    """Return a page of the patient's check-ins, newest first, including corrected ones."""
    later = Assessment.objects.filter(check_in=OuterRef("pk")).exclude(reason=Assessment.Reason.SUBMITTED)
    newest = later.order_by("-at")
    check_ins = (
        patient.check_ins.select_related("procedure", "superseded_by", "submitted_by", "companion")
        .annotate(
            again_level=Subquery(newest.values("level")[:1]), again_at=Subquery(newest.values("at")[:1])
        )
        .newest_first()
    )
    return Paginator(check_ins, CHECK_INS_ON_A_PAGE).get_page(number)


def reports_of(check_ins: Iterable[CheckIn]) -> list[Report]:
    reports = []
    for check_in in check_ins:
        answers = all_answers(check_in.given)
        said = [(str(question), answers[key]) for key, question in QUESTIONS.items()]
        reports.append(Report(check_in=check_in, answers=said, again=later_assessment_of(check_in)))
    return reports


def later_assessment_of(check_in: CheckIn) -> LaterAssessment | None:
    """Return the newest later evaluation if its level differs from the first; else None."""
    level, at = getattr(check_in, "again_level", None), getattr(check_in, "again_at", None)
    return LaterAssessment(level=level, at=at) if level and at and level != check_in.level else None
