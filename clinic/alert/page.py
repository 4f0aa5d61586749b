"""The data of an alert's page: evidence, answers beside earlier answers, other alerts, and articles read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.alerts.models import Alert
from aftercare.checkins.models import Assessment, CheckIn, Finding
from aftercare.guidance.models import ArticleRead
from aftercare.people.hours import OpeningHours
from aftercare.people.models import Patient
from aftercare.triage import RULES, Evidence, Level
from aftercare.triage.statements import STATEMENTS
from clinic.labels import (
    NOT_ANSWERED,
    NOT_ASKED,
    QUESTIONS,
    SEVERITIES,
    all_answers,
    evidence_lines,
    limit_words,
)
from clinic.queue.deadlines import Clock, clock_of
from clinic.queue.rows import newest_findings

EARLIER_SHOWN = 2
READINGS_SHOWN = 5
NOT_IN_THE_SOURCES = gettext_lazy("Added for safety: the source documents do not have it")


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingDetail:
    """One finding behind an alert: the rule in words, its evidence, and the source statements of the rule."""

    finding: Finding
    words: str
    lines: list[str]
    limit: str
    sources: list[tuple[str, str]]

    @property
    def assessment(self) -> Assessment:
        return self.finding.assessment

    @property
    def was_revealed(self) -> bool:
        """True if an entry for an earlier time, or its correction, brought the finding out."""
        return self.assessment.reason == Assessment.Reason.REVEALED

    @property
    def was_corrected(self) -> bool:
        """True if a correction by staff brought the finding out."""
        return self.assessment.reason == Assessment.Reason.CORRECTED

    @property
    def is_worse(self) -> bool:
        """True if the assessment is above the level that the patient was told at submission."""
        return Level(self.assessment.level) > self.assessment.check_in.triage_level


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAlert:
    """Another open alert of the same patient, with the evidence of its last report."""

    alert: Alert
    lines: list[str]
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChange:
    """One question: its answer now, the change, and the answers before, newest first."""

    question: str
    now: str
    change: str
    earlier: list[str]

    @property
    def is_changed(self) -> bool:
        return self.change not in {"", "same"}

    @property
    def direction(self) -> str:
        """The icon of a severity that rose or fell; an empty string otherwise."""
        first = self.change.split(" ", maxsplit=1)[0]
        return {"up": "arrow_up", "down": "arrow_down"}.get(first, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A check-in with the check-ins before it, question by question."""

    check_in: CheckIn
    earlier: list[CheckIn]
    answers: list[AnswerChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceShown:
    """The findings of the newest check-in behind an alert, and the findings before it.

    `of_this_alert`: the alert's own findings, newest first.
    """

    of_this_alert: list[FindingDetail]
    now: list[FindingDetail]
    before: list[FindingDetail]

    @property
    def check_in(self) -> CheckIn | None:
        """The newest check-in behind the alert."""
        return self.of_this_alert[0].assessment.check_in if self.of_this_alert else None

    @property
    def alert_ids(self) -> set[UUID | None]:
        """The alerts whose newest finding is shown."""
        return {detail.finding.alert_id for detail in self.now}


def evidence_of(alert: Alert, now: datetime, news: Collection[Assessment] = ()) -> EvidenceShown:
    """Return the evidence of an alert, with other findings of the same check-in and of the news, in two queries."""
    own = finding_details_of(alert, now)
    if not own:
        return EvidenceShown(of_this_alert=[], now=[], before=[])
    newest = own[0].assessment.check_in
    found = Q(assessment__check_in=newest) | Q(assessment__in=news)
    beside = finding_details_in(Finding.objects.filter(found).exclude(alert=alert), now)
    current = [detail for detail in own if detail.assessment.check_in == newest]
    shown = newest_of_each_rule([*current, *beside])
    return EvidenceShown(
        of_this_alert=own, now=shown, before=[detail for detail in own if detail not in shown]
    )


def newest_of_each_rule(details: Iterable[FindingDetail]) -> list[FindingDetail]:
    """Return the newest finding of each rule and alert, highest level first, then newest."""
    ordered = sorted(details, key=lambda detail: detail.assessment.at, reverse=True)
    found: dict[tuple[str, UUID | None], FindingDetail] = {}
    for detail in ordered:
        found.setdefault((detail.finding.rule, detail.finding.alert_id), detail)
    return sorted(found.values(), key=lambda detail: Level(detail.finding.level), reverse=True)


def others_of(
    alert: Alert, open_alerts: list[Alert], evidence: EvidenceShown, hours: OpeningHours, now: datetime
) -> list[OtherAlert]:
    """Return the patient's other open alerts that the evidence does not show, highest first."""
    others = [one for one in open_alerts if one.pk != alert.pk and one.pk not in evidence.alert_ids]
    newest = newest_findings(Alert.objects.filter(pk__in=[other.pk for other in others]))
    return [
        OtherAlert(
            alert=other,
            lines=lines_of(newest[other.pk], now) if other.pk in newest else [],
            clock=clock_of(other, hours, now),
        )
        for other in others
    ]


def lines_of(finding: Finding, now: datetime) -> list[str]:
    """Return the evidence of a finding as lines of text."""
    return evidence_lines(map(Evidence.from_json, finding.evidence), now)


def finding_details_of(alert: Alert, now: datetime) -> list[FindingDetail]:
    """Return every finding of the alert, newest first."""
    return finding_details_in(alert.findings.all(), now)


def finding_details_in(findings: QuerySet[Finding], now: datetime) -> list[FindingDetail]:
    """Return details of the findings, newest first, in one query."""
    loaded = findings.select_related(
        "assessment__check_in__procedure",
        "assessment__check_in__course_set",
        "assessment__check_in__superseded_by",
        "assessment__caused_by__submitted_by",
        "assessment__caused_by__companion",
        "assessment__caused_by__patient",
        "assessment__check_in__submitted_by",
        "assessment__check_in__companion",
        "assessment__check_in__patient",
        "assessment__event__actor",
        "assessment__event__detail",
    ).order_by("-assessment__at", "-pk")
    return [finding_detail(finding, now) for finding in loaded]


def finding_detail(finding: Finding, now: datetime) -> FindingDetail:
    rule = RULES[finding.rule]
    return FindingDetail(
        finding=finding,
        words=_(rule.staff),
        lines=lines_of(finding, now),
        limit=limit_words(finding.rule, finding.limit_h),
        sources=[(source, source_words(source)) for source in rule.sources],
    )


def told_check_in(details: list[FindingDetail]) -> CheckIn | None:
    """Return the newest check-in behind the alert after which the patient was given advice."""
    return details[0].assessment.told_with if details else None


def readings_of(patient: Patient, now: datetime) -> list[ArticleRead]:
    """Return the articles that the patient opened last before `now`, each in the revision that was shown."""
    before = patient.readings.filter(at__lte=now).select_related("revision")
    return list(before.order_by("-at", "-pk")[:READINGS_SHOWN])


def compare(check_in: CheckIn) -> Comparison:
    """Compare the check-in with the two before it in the series of the same procedure."""
    own = CheckIn.objects.filter(patient_id=check_in.patient_id)
    series = own.about([check_in.procedure]) if check_in.procedure else own.filter(procedure=None)
    before = series.not_superseded().filter(observed_at__lt=check_in.observed_at)
    earlier = list(before.select_related("procedure").newest_first()[:EARLIER_SHOWN])
    now, past = all_answers(check_in.given), [all_answers(one.given) for one in earlier]
    answers = [
        AnswerChange(
            question=str(question),
            now=now[key],
            change=change(now[key], past[0][key]) if past else "",
            earlier=[one[key] for one in past],
        )
        for key, question in QUESTIONS.items()
    ]
    return Comparison(check_in=check_in, earlier=earlier, answers=answers)


def change(now: str, before: str) -> str:
    """Return the change between two answers: "up 2", "same", "was unknown", "changed"."""
    not_asked, not_answered, severities = str(NOT_ASKED), str(NOT_ANSWERED), [str(one) for one in SEVERITIES]
    if now == before:
        return _("same")
    if not_asked in {now, before}:
        return _("not asked now") if now == not_asked else _("not asked before")
    if now == not_answered:
        return _("not answered now")
    if before == not_answered:
        return _("was unknown")
    if now in severities and before in severities:
        steps = severities.index(now) - severities.index(before)
        return _("up %(steps)s") % {"steps": steps} if steps > 0 else _("down %(steps)s") % {"steps": -steps}
    return _("changed")


def source_words(source: str) -> str:
    """Return a source statement in short."""
    return _(STATEMENTS[source]) if source in STATEMENTS else str(NOT_IN_THE_SOURCES)
