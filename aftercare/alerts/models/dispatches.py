"""Dispatches, which are decisions to notify; contact steps, which say whom and in which order; and drills."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftercare.alerts.models.alerts import Alert
from aftercare.people.models import Clinic, Patient, StaffMember, User

LONGEST_WAIT_MIN = 30


class ContactStep(models.Model):
    """A step of a clinic's contact list. A step that reaches nobody stands for everybody."""

    class Hours(models.TextChoices):
        OPEN = "open", _("While the clinic is open")
        CLOSED = "closed", _("While it is closed")

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="contact_steps")
    # Two lists per clinic. An empty list for closed hours means that the other one always holds.
    hours = models.CharField(max_length=10, choices=Hours, default=Hours.OPEN)
    position = models.PositiveSmallIntegerField()
    members = models.ManyToManyField(StaffMember, related_name="contact_steps", blank=True)
    # In addition to the members: whoever is on duty by the rota.
    on_duty = models.BooleanField(default=False)
    # Minutes until the next step is notified. It can shorten the time of a level, never extend it.
    wait_min = models.PositiveSmallIntegerField(default=LONGEST_WAIT_MIN)

    class Meta:
        ordering = ["-hours", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "hours", "position"], name="one_contact_step_per_clinic_hours_and_position"
            ),
            models.CheckConstraint(
                condition=Q(wait_min__gte=1, wait_min__lte=LONGEST_WAIT_MIN),
                name="contact_step_waits_from_1_to_30_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"contact step {self.position} ({self.hours})"


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    def to_drain(self, now: datetime) -> DispatchQuerySet:
        """Due dispatches without messages; those without any recipient last."""
        due = self.filter(drained_at=None, due_at__lte=now)
        return due.order_by(F("nobody_since").asc(nulls_first=True), "due_at", "pk")

    def deferred(self) -> DispatchQuerySet:
        """Dispatches deferred to the next opening."""
        return self.filter(drained_at=None, due_at__gt=F("decided_at"))


class Dispatch(models.Model):
    """A decision to notify a contact step of an event from `due_at` on."""

    class Reason(models.TextChoices):
        OPENED = "opened", _("an alert was opened")
        UNACKNOWLEDGED = "unacknowledged", _("nobody has acknowledged an alert in time")
        SILENT = "silent_after_alert", _("no check-in since an alert")
        FORGOTTEN = "forgotten", _("an alert was acknowledged, and nobody has called in time")
        RETURNED = "returned", _("the owner of an alert left, is away, or gave it back")
        UNCOVERED = "uncovered", _("an alert stood quietly under a higher one that is dealt with now")
        UNDELIVERED = "undelivered", _("a message to the step before was refused")
        WRONG_NUMBER = "wrong_number", _("a patient's number turned out to be wrong")
        NOT_REACHED = "not_reached", _("three tries did not reach the patient")
        LEFT_OPEN = "left_open", _("acknowledged three days ago, and not closed")
        CLOSING = "closing", _("same-day alerts are waiting, and the clinic closes soon")
        DIGEST = "digest", _("routine alerts, once a working day")
        DRILL = "drill", _("an alarm drill")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="dispatches")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="dispatches")
    reason = models.CharField(max_length=40, choices=Reason)
    # Id of the event: check-in, alert, drill or the clinic's day; `turn` counts dispatches of the same event.
    event = models.UUIDField()
    turn = models.PositiveIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)
    alerts = models.ManyToManyField(Alert, related_name="dispatches")
    decided_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # A reminder is not sent after this.
    expires_at = models.DateTimeField(null=True)
    drained_at = models.DateTimeField(null=True)
    # Since when the clinic has no recipient; null once somebody was notified.
    nobody_since = models.DateTimeField(null=True)

    objects: ClassVar = DispatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reason", "event", "turn"], name="one_dispatch_per_reason_event_and_turn"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["closing", "digest", "drill"], patient=None)
                | (~Q(reason__in=["closing", "digest", "drill"]) & Q(patient__isnull=False)),
                name="dispatch_is_about_a_patient_or_the_whole_clinic",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(drained_at__isnull=True), name="dispatch_undrained")
        ]

    def __str__(self) -> str:
        return f"dispatch {self.pk} ({self.reason})"

    @property
    def is_deferred(self) -> bool:
        """True if the dispatch was deferred to an opening of the clinic."""
        return self.due_at > self.decided_at

    def is_late(self, now: datetime) -> bool:
        """True if the dispatch has expired."""
        return self.expires_at is not None and self.expires_at <= now


class DrillQuerySet(models.QuerySet["Drill"]):
    def running(self) -> DrillQuerySet:
        """Drills that have not ended."""
        return self.filter(ended_at=None)

    def to_escalate(self, now: datetime) -> DrillQuerySet:
        """Running drills whose deadline has passed."""
        return self.running().filter(next_escalation_at__lte=now)


class Drill(models.Model):
    """A test alarm started by a manager. It concerns no patient and is in no report."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(null=True, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="drills")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    next_escalation_at = models.DateTimeField()
    escalations = models.PositiveIntegerField(default=0)
    # End of the drill; without `acknowledged_by` it was stopped or timed out.
    ended_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar = DrillQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic"], condition=Q(ended_at=None), name="one_drill_at_a_time_per_clinic"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | Q(acknowledged_by=None),
                name="acknowledging_a_drill_ends_it",
            ),
        ]

    def __str__(self) -> str:
        return f"drill {self.pk}"
