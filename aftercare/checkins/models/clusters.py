"""Clusters: check-ins of several patients that a manager looks at together."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from aftercare.checkins.models.check_ins import CheckIn
from aftercare.people.encryption.fields import EncryptedTextField
from aftercare.people.models import Clinic, User


class ClusterQuerySet(models.QuerySet["Cluster"]):
    def waiting(self) -> ClusterQuerySet:
        """Clusters that no manager has looked at since their last patient joined."""
        return self.filter(looked_at=None)


class Cluster(models.Model):
    """Reports of signs of infection by patients of a clinic, who share it, an operator or a lot.

    Patients of other clinics can share the operator or the lot: each clinic has a cluster of its own, with its own
    reports (`aftercare.triage.rules.clusters`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="clusters")
    found_at = models.DateTimeField()
    # When the last patient joined.
    grown_at = models.DateTimeField()
    # When a manager looked at it last; null again once a further patient joins.
    looked_at = models.DateTimeField(null=True)

    objects: ClassVar = ClusterQuerySet.as_manager()

    class Meta:
        ordering = ["-grown_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(looked_at=None) | Q(looked_at__gte=F("grown_at")),
                name="cluster_was_looked_at_since_it_grew",
            ),
        ]

    def __str__(self) -> str:
        return f"cluster {self.pk}"


class ClusterReport(models.Model):
    """A check-in of a cluster, with the rules that it fired when it was added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="reports")
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="cluster_reports")
    rules = models.JSONField()
    reported_at = models.DateTimeField()
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["reported_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "check_in"], name="one_report_per_cluster_and_check_in"
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.check_in_id} of {self.cluster_id}"


class ClusterElsewhere(models.Model):
    """A check-in at another clinic that shares an operator or a lot with a cluster.

    No page shows it: a manager reads that there is one, and not which or how many.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="elsewhere")
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "check_in"], name="one_row_per_cluster_and_check_in_elsewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.check_in_id} beside {self.cluster_id}"


class ClusterLook(models.Model):
    """A manager looked at a cluster, and wrote what was done. Erasing a patient of the cluster empties the note."""

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="looks")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    note = EncryptedTextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"look at {self.cluster_id} at {self.at:%Y-%m-%d %H:%M}"
