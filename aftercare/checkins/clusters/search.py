"""Search for the reports that can form a cluster.

It begins with the alerts that such signs open, by an index of the newest reports, so that it costs the same however
many check-ins there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from aftercare.alerts.models import Alert
from aftercare.checkins.clusters.marks import COLUMNS, Reported, marks_of, procedures_with
from aftercare.checkins.models import Assessment, Finding
from aftercare.people.models import Clinic, Procedure
from aftercare.triage import CLUSTER_DAYS, CLUSTER_RULES, SignReport

# A report is told of although the search stood still for a while: the days before the oldest of these count too.
LOOK_BACK = timedelta(days=2 * CLUSTER_DAYS)


def clinics_with_news(since: datetime) -> QuerySet[Clinic]:
    """Return the clinics at which such a sign was reported, or a treatment corrected, since an instant."""
    alerts = Alert.objects.filter(rule__in=CLUSTER_RULES, last_reported_at__gte=since)
    # A lot that is written down later can be one of earlier reports.
    corrected = Procedure.objects.filter(corrected_at__gte=since)
    both = alerts.order_by().values_list("clinic").union(corrected.order_by().values_list("patient__clinic"))
    return Clinic.objects.filter(pk__in={pk for (pk,) in both}).order_by("pk")


def reports_at(clinic: Clinic, now: datetime) -> list[SignReport]:
    """Return the reports of such signs at a clinic that count."""
    return reports_of(Finding.objects.filter(alert__in=recent_alerts(now).filter(clinic=clinic)))


def reports_elsewhere(clinic: Clinic, own: Collection[SignReport], now: datetime) -> list[SignReport]:
    """Return the reports at other clinics that share an operator or a lot with reports of a clinic."""
    wanted = procedures_with({mark for report in own for mark in report.shared})
    if not wanted:
        return []
    patients = Q()
    for procedures in wanted:
        patients |= Q(patient__in=procedures.exclude(patient__clinic=clinic).values("patient"))
    return reports_of(Finding.objects.filter(alert__in=recent_alerts(now).filter(patients)))


def recent_alerts(now: datetime) -> QuerySet[Alert]:
    """Return the alerts of such signs that were reported within the time that is looked back."""
    return Alert.objects.filter(rule__in=CLUSTER_RULES, last_reported_at__gte=now - LOOK_BACK)


def reports_of(findings: QuerySet[Finding]) -> list[SignReport]:
    """Return one report for each check-in of the findings that still stands.

    Left out are check-ins that were corrected, signs that a correction by staff took back, and alerts that were
    closed as a mistake. A sign that a correction keeps counts from its first report.
    """
    standing = findings.filter(rule__in=CLUSTER_RULES, assessment__check_in__superseded_by=None)
    rows = standing.exclude(alert__outcome=Alert.Outcome.MISTAKE).values_list(
        *("assessment__check_in__" + column for column in COLUMNS), "kept_since", "rule"
    )
    signs: defaultdict[Reported, dict[str, datetime]] = defaultdict(dict)
    for *columns, several_of, kept_since, rule in rows:
        reported = Reported._make((*columns, tuple(several_of)))
        signs[reported][rule] = kept_since or reported.submitted_at
    corrected = rules_after_corrections([reported.check_in for reported in signs])
    marks = marks_of(signs)
    reports = []
    for reported, since in signs.items():
        if rules := sorted(since.keys() & corrected.get(reported.check_in, since.keys())):
            report = SignReport(
                key=reported.check_in,
                patient=reported.patient,
                at=min(since[rule] for rule in rules),
                rules=tuple(rules),
                clinic=reported.clinic,
                shared=marks[reported.check_in],
            )
            reports.append(report)
    return reports


def rules_after_corrections(check_ins: Collection[UUID]) -> dict[UUID, set[str]]:
    """Return what each check-in fires after the last correction by staff; without the ones that had none."""
    rows = Assessment.objects.filter(check_in__in=check_ins, reason=Assessment.Reason.CORRECTED)
    newest = dict(rows.order_by("at").values_list("check_in", "pk"))
    rules: dict[UUID, set[str]] = {check_in: set() for check_in in newest}
    findings = Finding.objects.filter(assessment__in=newest.values())
    for check_in, rule in findings.values_list("assessment__check_in", "rule"):
        rules[check_in].add(rule)
    return rules
