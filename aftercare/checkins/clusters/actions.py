"""Clusters are found and grow by themselves, and are looked at by a manager."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from aftercare.alerts.on_call.roster import Roster
from aftercare.alerts.on_call.telling import tell
from aftercare.checkins.clusters.messages import KIND, WORTH_TELLING
from aftercare.checkins.clusters.search import LOOK_BACK, clinics_with_reports, reports_at
from aftercare.checkins.models import Cluster, ClusterLook, ClusterReport
from aftercare.logs.isolation import isolated
from aftercare.outbox.heartbeats import beat_heart, last_beats
from aftercare.people.actions.events import record_event
from aftercare.people.models import Clinic, Event, User
from aftercare.triage import SignReport, clusters_of

logger = logging.getLogger(__name__)

# The name of the heartbeat that keeps up to when was searched.
JOB = "clusters"
# A report is in the database at the latest so long after its instant.
MARGIN = timedelta(minutes=10)


class GrownMeanwhileError(Exception):
    """A further patient has joined the cluster since the page was drawn."""


def find_clusters(now: datetime) -> int:
    """Look for clusters at each clinic with a new report; return how many are new or have grown.

    After an error the next run looks at the same reports again.
    """
    last = last_beats().get(JOB, now - LOOK_BACK)
    clinics = list(clinics_with_reports(min(last, now) - MARGIN))
    changed, looked_at = 0, 0
    for clinic in clinics:
        with isolated(logger, "the clusters of clinic %s could not be found", clinic.pk):
            changed += update_clusters(clinic, now)
            looked_at += 1
    if looked_at == len(clinics):
        beat_heart(JOB, now)
    return changed


@transaction.atomic
def update_clusters(clinic: Clinic, now: datetime) -> int:
    """Add to the clusters of a clinic what was reported, and tell its managers of each that is new or has grown."""
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    found = clusters_of(reports_at(clinic, now))
    return sum(update_cluster(clinic, reports, now) for reports in found)


def update_cluster(clinic: Clinic, reports: Sequence[SignReport], now: datetime) -> bool:
    """Add reports to the cluster that has one of them, or to a new one; return True if a patient joined."""
    rows = ClusterReport.objects.filter(cluster__clinic=clinic, check_in__in=[one.key for one in reports])
    known = {row.check_in_id: row.cluster for row in rows.select_related("cluster").order_by("added_at")}
    news = [one for one in reports if one.key not in known]
    if not news:
        return False
    # The newest, where a report that was dated back has joined two.
    cluster = max(known.values(), key=lambda one: one.found_at, default=None)
    patients = patients_of(cluster) if cluster else set()
    joined = {one.patient for one in news} - patients
    if cluster is None:
        cluster = Cluster.objects.create(clinic=clinic, found_at=now, grown_at=now)
    added = add_reports(cluster, news, now)
    if joined:
        Cluster.objects.filter(pk=cluster.pk).update(grown_at=now, looked_at=None)
        tell_managers(cluster, added[-1], now)
    return bool(joined)


def patients_of(cluster: Cluster) -> set[object]:
    """Return the ids of the patients of a cluster."""
    return set(cluster.reports.values_list("check_in__patient", flat=True))


def add_reports(cluster: Cluster, reports: Iterable[SignReport], now: datetime) -> list[ClusterReport]:
    return ClusterReport.objects.bulk_create(
        ClusterReport(
            cluster=cluster,
            check_in_id=report.key,
            rules=list(report.rules),
            reported_at=report.at,
            added_at=now,
        )
        for report in reports
    )


def tell_managers(cluster: Cluster, joined: ClusterReport, now: datetime) -> None:
    """Record that a cluster is new or has grown, and write a message to each manager of its clinic."""
    clinic = cluster.clinic
    record_event(
        verb=Event.Verb.FOUND_CLUSTER,
        actor=User.objects.system(),
        now=now,
        clinic=clinic,
        subject=cluster.pk,
    )
    managers = Roster.of(clinic, now).managers(now)
    if not managers:
        logger.error("clinic %s has no manager to tell of cluster %s", clinic.pk, cluster.pk)
    tell(managers, kind=KIND, subject=joined.pk, clinic=clinic, now=now, expires_at=now + WORTH_TELLING)


@transaction.atomic
def look_at_cluster(*, cluster_id: UUID, by: User, note: str, grown_at: datetime, now: datetime) -> Cluster:
    """Record that a manager has looked at a cluster, and what was done.

    `grown_at`: of the cluster that the page showed. Raise GrownMeanwhileError if a patient has joined since.
    """
    cluster: Cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=cluster_id)
    if cluster.grown_at > grown_at:
        raise GrownMeanwhileError
    now = max(now, cluster.grown_at)
    ClusterLook.objects.create(cluster=cluster, at=now, by=by, note=note)
    cluster.looked_at = now
    cluster.save(update_fields=["looked_at"])
    record_event(
        verb=Event.Verb.LOOKED_AT_CLUSTER, actor=by, now=now, clinic=cluster.clinic, subject=cluster.pk
    )
    return cluster
