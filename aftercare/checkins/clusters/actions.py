"""Clusters are found and grow by themselves, and are looked at by a manager."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from aftercare.alerts.on_call.roster import Roster
from aftercare.alerts.on_call.telling import tell
from aftercare.checkins.clusters.messages import KIND, WORTH_TELLING
from aftercare.checkins.clusters.search import LOOK_BACK, clinics_with_news, reports_at, reports_elsewhere
from aftercare.checkins.models import Cluster, ClusterElsewhere, ClusterLook, ClusterReport
from aftercare.logs.isolation import isolated
from aftercare.outbox.heartbeats import beat_heart, last_beats
from aftercare.people.actions.events import record_event
from aftercare.people.models import Clinic, Event, Procedure, User
from aftercare.triage import SignReport, clusters_at

logger = logging.getLogger(__name__)

# The name of the heartbeat that keeps up to when was searched.
JOB = "clusters"
# A report is in the database at the latest so long after its instant.
MARGIN = timedelta(minutes=10)


class GrownMeanwhileError(Exception):
    """A further patient has joined the cluster since the page was drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Number of clusters of a clinic that are new or have grown, and the other clinics with a part in what is new."""

    changed: int
    elsewhere: frozenset[int] = frozenset()


def find_clusters(now: datetime) -> int:
    """Look for clusters at each clinic with news, and where these share one; return how many are new or have grown.

    After an error the next run looks at the same reports again.
    """
    last = last_beats().get(JOB, now - LOOK_BACK)
    clinics = list(clinics_with_news(min(last, now) - MARGIN))
    changed, looked_at, others = 0, 0, set[int]()
    for clinic in clinics:
        with isolated(logger, "the clusters of clinic %s could not be found", clinic.pk):
            found = update_clusters(clinic, now, last)
            changed, looked_at, others = changed + found.changed, looked_at + 1, others | found.elsewhere
    rest = list(Clinic.objects.filter(pk__in=others - {clinic.pk for clinic in clinics})) if others else []
    for clinic in rest:
        with isolated(logger, "the clusters of clinic %s could not be found", clinic.pk):
            changed, looked_at = changed + update_clusters(clinic, now, last).changed, looked_at + 1
    if looked_at == len(clinics) + len(rest):
        beat_heart(JOB, now)
    return changed


@transaction.atomic
def update_clusters(clinic: Clinic, now: datetime, last: datetime) -> Changes:
    """Add to the clusters of a clinic what was reported, and tell its managers of each that is new or has grown.

    Other clinics are named for what was stored just now, and for what was reported or corrected since the last run
    without an error: after that they have it.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    own = reports_at(clinic, now)
    found = clusters_at(clinic.pk, [*own, *reports_elsewhere(clinic, own, now)])
    is_corrected = Procedure.objects.filter(patient__clinic=clinic, corrected_at__gte=last).exists()
    changed, elsewhere = 0, set[int]()
    for cluster in found:
        has_changed = update_cluster(clinic, cluster, now)
        changed += has_changed
        if has_changed or is_corrected or any(one.at >= last for one in cluster if one.clinic == clinic.pk):
            elsewhere |= {one.clinic for one in cluster}
    return Changes(changed=changed, elsewhere=frozenset(elsewhere - {clinic.pk}))


def update_cluster(clinic: Clinic, reports: Sequence[SignReport], now: datetime) -> bool:
    """Add reports to the cluster that has one of them, or to a new one; return True if its managers were told.

    They are told of each patient of the clinic who joins. Of patients elsewhere they are told when the first one
    joins, and again after a look, so that their number shows nowhere.
    """
    own = [one for one in reports if one.clinic == clinic.pk]
    rows = ClusterReport.objects.filter(cluster__clinic=clinic, check_in__in=[one.key for one in own])
    known = {row.check_in_id: row.cluster for row in rows.select_related("cluster").order_by("added_at")}
    news = [one for one in own if one.key not in known]
    if not news and len(own) == len(reports):
        return False
    # The newest, where a report that was dated back has joined two.
    cluster = max(known.values(), key=lambda one: one.found_at, default=None)
    if cluster is None:
        cluster = Cluster.objects.create(clinic=clinic, found_at=now, grown_at=now)
    has_joined = bool({one.patient for one in news} - patients_of(cluster))
    was_told = cluster.looked_at is None and cluster.elsewhere.exists()
    added = add_reports(cluster, news, now)
    beside = add_elsewhere(cluster, [one for one in reports if one.clinic != clinic.pk], now)
    if has_joined:
        tell_managers(cluster, added[-1].pk, now)
    elif beside and not was_told:
        tell_managers(cluster, beside[-1].pk, now)
    else:
        return False
    return True


def patients_of(cluster: Cluster) -> set[UUID]:
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


def add_elsewhere(cluster: Cluster, reports: Iterable[SignReport], now: datetime) -> list[ClusterElsewhere]:
    """Store the reports at other clinics; return the rows of patients who had none here."""
    rows = cluster.elsewhere.values_list("check_in", "check_in__patient")
    known, patients = {check_in for check_in, _patient in rows}, {patient for _check_in, patient in rows}
    news = [one for one in reports if one.key not in known]
    added = ClusterElsewhere.objects.bulk_create(
        ClusterElsewhere(cluster=cluster, check_in_id=one.key, added_at=now) for one in news
    )
    return [row for row, one in zip(added, news, strict=True) if one.patient not in patients]


def tell_managers(cluster: Cluster, joined: UUID, now: datetime) -> None:
    """Let a cluster wait for a look: record it, and write a message to each manager of its clinic.

    `joined`: the row of the report that joined last.
    """
    clinic = cluster.clinic
    Cluster.objects.filter(pk=cluster.pk).update(grown_at=now, looked_at=None)
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
    tell(managers, kind=KIND, subject=joined, clinic=clinic, now=now, expires_at=now + WORTH_TELLING)


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
