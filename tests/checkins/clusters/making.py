"""A cluster made by hand, of check-ins that are there already."""

from __future__ import annotations

from datetime import datetime

from aftercare.checkins.clusters.actions import add_reports
from aftercare.checkins.models import CheckIn, Cluster
from aftercare.triage import SignReport


def make_cluster(*check_ins: CheckIn, now: datetime, rule: str = "pus") -> Cluster:
    """Return a cluster of these check-ins, which waits for a manager."""
    cluster: Cluster = Cluster.objects.create(clinic=check_ins[0].patient.clinic, found_at=now, grown_at=now)
    reports = [
        SignReport(key=one.pk, patient=one.patient_id, at=one.submitted_at, rules=(rule,))
        for one in check_ins
    ]
    add_reports(cluster, reports, now)
    return cluster
