"""Search for the reports that can form a cluster.

It begins with the alerts that such signs open, by an index of the newest reports, so that it costs the same however
many check-ins there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from aftercare.alerts.models import Alert
from aftercare.checkins.models import Assessment, Finding
from aftercare.people.models import Clinic
from aftercare.triage import CLUSTER_DAYS, CLUSTER_RULES, SignReport

# A report is told of although the search stood still for a while: the days before the oldest of these count too.
LOOK_BACK = timedelta(days=2 * CLUSTER_DAYS)


def clinics_with_reports(since: datetime) -> QuerySet[Clinic]:
    """Return the clinics at which such a sign was reported since an instant."""
    alerts = Alert.objects.filter(rule__in=CLUSTER_RULES, last_reported_at__gte=since)
    return Clinic.objects.filter(pk__in=set(alerts.values_list("clinic", flat=True))).order_by("pk")


def reports_at(clinic: Clinic, now: datetime) -> list[SignReport]:
    """Return the reports of such signs at a clinic that count."""
    alerts = Alert.objects.filter(
        clinic=clinic, rule__in=CLUSTER_RULES, last_reported_at__gte=now - LOOK_BACK
    )
    return reports_of(Finding.objects.filter(alert__in=alerts))


def reports_of(findings: QuerySet[Finding]) -> list[SignReport]:
    """Return one report for each check-in of the findings that still stands.

    Left out are check-ins that were corrected, signs that a correction by staff took back, and alerts that were
    closed as a mistake. A sign that a correction keeps counts from its first report.
    """
    standing = findings.filter(rule__in=CLUSTER_RULES, assessment__check_in__superseded_by=None)
    rows = standing.exclude(alert__outcome=Alert.Outcome.MISTAKE).values_list(
        "assessment__check_in__id",
        "assessment__check_in__patient_id",
        "assessment__check_in__submitted_at",
        "kept_since",
        "rule",
    )
    signs: defaultdict[tuple[UUID, UUID, datetime], dict[str, datetime]] = defaultdict(dict)
    for check_in, patient, submitted_at, kept_since, rule in rows:
        signs[check_in, patient, submitted_at][rule] = kept_since or submitted_at
    corrected = rules_after_corrections([check_in for check_in, _patient, _at in signs])
    reports = []
    for (check_in, patient, _submitted_at), since in signs.items():
        rules = sorted(since.keys() & corrected.get(check_in, since.keys()))
        if rules:
            at = min(since[rule] for rule in rules)
            reports.append(SignReport(key=check_in, patient=patient, at=at, rules=tuple(rules)))
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
