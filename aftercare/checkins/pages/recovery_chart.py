"""Recovery charts of procedures, from check-ins loaded in one query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Concat
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from aftercare.checkins.advice.reasons import Clock, reasons
from aftercare.checkins.models import Photo
from aftercare.checkins.submission.history import course_for
from aftercare.checkins.wording import SEVERITIES, SHORT
from aftercare.people.models import Patient, Procedure, User, companion_words
from aftercare.triage import RULES, SYMPTOMS, Evidence, ExpectedCourse, Finding, Level
from aftercare.ui.chart import drawing
from aftercare.ui.chart.parts import Chart, Course, Mark, Point, Series, Shots, Words
from aftercare.ui.templatetags.ui import LEVEL_WORDS

STAFF: Final = Words(
    SEVERITIES,
    _("Not known"),
    LEVEL_WORDS["staff"],
)
PATIENT: Final = Words(
    SEVERITIES,
    _("Not known"),
    LEVEL_WORDS["patient"],
)
# A returned symptom is marked as a warning about it.
CAME_BACK: Final = {"redness": ("redness",), "pain": ("pain",), "both": ("redness", "pain")}
WHOLE_DAYS_FROM_H = 24
# Name of the staff member who entered a check-in; "" if the patient or a companion did.
BY_STAFF: Final = Case(
    When(submitted_by=F("patient__user"), then=Value("")),
    When(companion__isnull=False, then=Value("")),
    When(submitted_by__erased_as=User.ErasedAs.STAFF, then=Value(User.ErasedAs.STAFF.label, CharField())),
    default=Concat("submitted_by__first_name", Value(" "), "submitted_by__last_name"),
)


@dataclass(slots=True)
class ChartEntry:
    """A check-in of the series, with the level and evidence of each finding."""

    observed_at: datetime
    answers: dict[str, Any]
    course_set_id: UUID | None
    findings: list[tuple[str, Level, list[dict[str, Any]]]]
    # Name of the staff member who entered it; "" if the patient or a companion did.
    by_staff: str = ""
    # Who filled it in as a companion; "" if nobody did.
    by_companion: str = ""


@dataclass(frozen=True, slots=True)
class RecoveryChart:
    """The chart of a procedure."""

    procedure: Procedure
    chart: Chart

    @property
    def label(self) -> str:
        """Name among others: "Face, 12 January"."""
        day = self.procedure.performed_at.astimezone(self.procedure.patient.clinic.zone)
        area = capfirst(self.procedure.area_words)
        named = {"area": area, "day": date_format(day, pgettext("date format", "j F"))}
        return gettext("%(area)s, %(day)s") % named


def charts_of(
    patient: Patient,
    procedures: Iterable[Procedure],
    now: datetime,
    *,
    words: Words,
    photos: Sequence[Photo] = (),
) -> list[RecoveryChart]:
    """Return a chart for each procedure with check-ins, and when those of `photos` were reported with."""
    wanted = list(procedures)
    reported = check_ins_by_procedure(patient, wanted)
    return [
        RecoveryChart(
            procedure,
            chart_of(procedure, reported[procedure.pk], now, words, shots_of(procedure, photos)),
        )
        for procedure in wanted
        if procedure.pk in reported
    ]


def check_ins_by_procedure(patient: Patient, procedures: list[Procedure]) -> dict[UUID, list[ChartEntry]]:
    """Return the check-ins of each procedure, oldest first; without superseded ones and impossible times."""
    rows = (
        patient.check_ins.not_superseded()
        .about(procedures)
        .filter(in_series=True)
        .annotate(by_staff=BY_STAFF)
        .order_by("observed_at", "submitted_at")
        .values_list(
            "pk",
            "procedure_id",
            "several_of",
            "observed_at",
            "answers",
            "course_set_id",
            "by_staff",
            "companion",
            "companion__name",
            "assessments__findings__rule",
            "assessments__findings__level",
            "assessments__findings__evidence",
            "assessments__findings__procedure_id",
        )
    )
    by_procedure: dict[UUID, dict[UUID, ChartEntry]] = {}
    for pk, own, several, at, answers, course_set_id, *who, rule, level, evidence, about in rows:
        for procedure_id in (one.pk for one in procedures if one.pk == own or str(one.pk) in several):
            check_ins = by_procedure.setdefault(procedure_id, {})
            report = check_ins.setdefault(pk, ChartEntry(at, answers, course_set_id, [], *by_whom(*who)))
            if rule is not None and (not several or procedure_id == (about or own)):
                report.findings.append((rule, Level(level), evidence))
    return {procedure_id: list(check_ins.values()) for procedure_id, check_ins in by_procedure.items()}


def shots_of(procedure: Procedure, photos: Iterable[Photo]) -> list[Shots]:
    """Return how many pictures came with each check-in of a procedure's series."""
    told = (photo.check_in for photo in photos)
    own = (one for one in told if one.procedure_id == procedure.pk or str(procedure.pk) in one.several_of)
    numbers = Counter(procedure.hours_at(one.observed_at) for one in own)
    return [Shots(hours=hours, number=number) for hours, number in sorted(numbers.items())]


def chart_of(
    procedure: Procedure,
    reported: list[ChartEntry],
    now: datetime,
    words: Words,
    shots: Sequence[Shots] = (),
) -> Chart:
    """Return a panel for each symptom, with the expected course of the newest check-in."""
    expected = course_for(reported[-1].course_set_id, procedure)
    clock = None if words is STAFF else Clock(now, procedure.patient.clinic.zone)
    marks = marks_by_symptom(procedure, reported, clock)
    series = [
        Series(
            name=str(SHORT[symptom]),
            points=[
                Point(
                    hours=procedure.hours_at(one.observed_at),
                    value=one.answers.get(symptom),
                    note=note_of(one, words),
                )
                for one in reported
            ],
            marks=marks.get(symptom, []),
            course=course_of(expected, symptom) if expected else None,
            words=course_words(expected, symptom) if expected and words is PATIENT else "",
        )
        for symptom in SYMPTOMS
    ]
    return drawing.draw(
        series, words=words, now_h=procedure.hours_at(now), other_marks=marks.get("", []), shots=shots
    )


def by_whom(by_staff: str, companion_id: UUID | None, name: str | None) -> tuple[str, str]:
    """Return the name of the staff member, and the words for the companion; "" for who did not fill it in."""
    return by_staff, companion_words(name or "") if companion_id else ""


def note_of(one: ChartEntry, words: Words) -> str:
    """Return who entered a check-in, if not the patient; patients see no staff names."""
    if one.by_companion:
        return gettext("filled in by %(who)s") % {"who": one.by_companion}
    if not one.by_staff:
        return ""
    if words is STAFF:
        return gettext("entered by staff (%(name)s)") % {"name": one.by_staff}
    return gettext("entered by the clinic")


def marks_by_symptom(
    procedure: Procedure, reported: list[ChartEntry], clock: Clock | None
) -> dict[str, list[Mark]]:
    """Return the most severe mark of each check-in by symptom; under "" those about other signs, with words.

    Without `clock` the words are the rule's, for staff; with it, the patient's answers.
    """
    marks: dict[str, list[Mark]] = {}
    for one in reported:
        worst: dict[str, Finding] = {}
        for rule, level, evidence in one.findings:
            for symptom in symptoms_of(evidence) or [""]:
                if symptom not in worst or level > worst[symptom].level:
                    worst[symptom] = Finding(rule, level, tuple(map(Evidence.from_json, evidence)))
        hours = procedure.hours_at(one.observed_at)
        for symptom, finding in worst.items():
            about = "" if symptom else about_words(finding, clock)
            marks.setdefault(symptom, []).append(Mark(hours=hours, level=finding.level.value, words=about))
    return marks


def about_words(finding: Finding, clock: Clock | None) -> str:
    """Return the signs of a finding about no symptom: "pus bumps, or yellow or green fluid"."""
    if clock is None:
        return gettext(RULES[finding.rule].staff).removesuffix(".").lower()
    told = " ".join(reason.bold for reason in reasons([finding], clock))
    return f"{told[:1].lower()}{told[1:]}".removesuffix(".")


def symptoms_of(evidence: Iterable[dict[str, Any]]) -> list[str]:
    """Return the symptoms of a finding, from its evidence."""
    found: list[str] = []
    for item in evidence:
        key, value = item["key"], item["value"]
        named = CAME_BACK.get(value, ()) if key == "came_back" else (key,)
        found += [symptom for symptom in named if symptom in SYMPTOMS and symptom not in found]
    return found


def course_of(expected: ExpectedCourse, symptom: Any) -> Course:
    hours = expected.of(symptom)
    return Course(
        usual_until_h=hours.usual_until_h,
        moderate_until_h=hours.tell_us_after_h,
        mild_until_h=hours.tell_us_after_mild_h,
    )


def course_words(expected: ExpectedCourse, symptom: Any) -> str:
    """Return the patient's text below a panel: "Usually settles in 2 days. Still moderate after 3 days? Tell us." """
    hours = expected.of(symptom)
    spans = {"usual": in_days(hours.usual_until_h), "tell_us": in_days(hours.tell_us_after_h)}
    return gettext("Usually settles in %(usual)s. Still moderate after %(tell_us)s? Tell us.") % spans


def in_days(hours: float) -> str:
    """Return "2 days", or "30 hours" if not whole days."""
    days, rest = divmod(hours, WHOLE_DAYS_FROM_H)
    if rest or not days:
        return gettext("%(hours)s hours") % {"hours": f"{hours:g}"}
    return ngettext("a day", "%(days)s days", int(days)) % {"days": int(days)}
