"""Alerts are what staff work; dispatches are the decisions to tell somebody of them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from aftercare import triage
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember, User

LEVEL_ORDER = (triage.Level.EMERGENCY, triage.Level.URGENT, triage.Level.SAME_DAY, triage.Level.ROUTINE)
NEEDS_ACTION = tuple(level.value for level in LEVEL_ORDER if level >= triage.Level.SAME_DAY)


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        """Those not closed; an acknowledged one is open."""
        return self.exclude(status=Alert.Status.CLOSED)

    def need_action(self) -> AlertQuerySet:
        """Those of same day and higher."""
        return self.filter(level__in=NEEDS_ACTION)

    def to_escalate(self, now: datetime) -> AlertQuerySet:
        """Emergency and urgent ones that nobody acknowledged in time."""
        return self.filter(status=Alert.Status.NEW, next_escalation_at__lte=now)

    def worst_first(self) -> AlertQuerySet:
        """By level, then the longest waiting first."""
        rank = Case(
            *(When(level=level.value, then=Value(place)) for place, level in enumerate(LEVEL_ORDER)),
            output_field=IntegerField(),
        )
        return self.annotate(rank=rank).order_by("rank", "opened_at", "pk")


class Alert(models.Model):
    """One rule that fired for one patient after one procedure, until a person has closed it."""

    class Status(models.TextChoices):
        NEW = "new", _("New")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        CLOSED = "closed", _("Closed")

    class Level(models.TextChoices):
        EMERGENCY = "emergency", _("Emergency")
        URGENT = "urgent", _("Urgent")
        SAME_DAY = "same_day", _("Same day")
        ROUTINE = "routine", _("Routine")

    class Outcome(models.TextChoices):
        ADVICE_GIVEN = "advice_given", _("Advice given")
        SEEN_IN_CLINIC = "seen_in_clinic", _("Seen in clinic")
        PRESCRIBED = "prescribed", _("Prescribed")
        EMERGENCY_CARE = "emergency_care", _("Sent to emergency care")
        EXPECTED_COURSE = "expected_course", _("Expected course")
        MISTAKE = "mistake", _("Entered by mistake")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="alerts")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="alerts")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, null=True, related_name="alerts")
    rule = models.CharField(max_length=60)
    level = models.CharField(max_length=20, choices=Level)
    status = models.CharField(max_length=20, choices=Status, default=Status.NEW)
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    note = models.TextField(blank=True)
    # The rule fired again after somebody had acknowledged the alert.
    reported_again_at = models.DateTimeField(null=True)
    # No check-in came for a day after the report behind this alert.
    silent_since = models.DateTimeField(null=True)
    next_escalation_at = models.DateTimeField(null=True)
    escalations = models.PositiveIntegerField(default=0)

    objects: ClassVar = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "procedure", "rule"],
                condition=~Q(status="closed") & Q(procedure__isnull=False),
                name="one_open_alert_per_patient_procedure_and_rule",
            ),
            models.UniqueConstraint(
                fields=["patient", "rule"],
                condition=~Q(status="closed") & Q(procedure__isnull=True),
                name="one_open_alert_per_patient_and_rule_if_no_procedure",
            ),
            models.CheckConstraint(
                condition=Q(status="new", acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | (~Q(status="new") & Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False)),
                name="alert_is_acknowledged_by_somebody",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")
                )
                | (~Q(status="closed") & Q(closed_at__isnull=True, closed_by__isnull=True, outcome="")),
                name="alert_is_closed_by_somebody_with_an_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "level"], condition=~Q(status="closed"), name="alert_open"),
            models.Index(
                fields=["next_escalation_at"], condition=Q(status="new"), name="alert_unacknowledged"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} alert {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status != self.Status.CLOSED

    @property
    def triage_level(self) -> triage.Level:
        return triage.Level(self.level)

    @property
    def rule_words(self) -> str:
        """The rule in words for staff."""
        return triage.RULES[self.rule].staff

    @property
    def acknowledge_by(self) -> datetime | None:
        """When somebody must have acknowledged it; None below urgent."""
        return triage.acknowledge_by(self.triage_level, self.opened_at)


class ContactStep(models.Model):
    """Who of a clinic is told first, second, … A step without anybody reachable means everybody."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="contact_steps")
    position = models.PositiveSmallIntegerField()
    members = models.ManyToManyField(StaffMember, related_name="contact_steps")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "position"], name="one_contact_step_per_clinic_and_position"
            )
        ]

    def __str__(self) -> str:
        return f"contact step {self.position}"


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    def to_drain(self, now: datetime) -> DispatchQuerySet:
        """Those that are due and not yet turned into messages."""
        return self.filter(drained_at=None, due_at__lte=now)


class Dispatch(models.Model):
    """The decision that a contact step is to be told of an event, from a due instant on."""

    class Reason(models.TextChoices):
        OPENED = "opened", _("an alert was opened")
        UNACKNOWLEDGED = "unacknowledged", _("nobody has acknowledged an alert in time")
        SILENT = "silent_after_alert", _("no check-in since an alert")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="dispatches")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="dispatches")
    reason = models.CharField(max_length=40, choices=Reason)
    # What happened, by id: the check-in, or the alert; `turn` counts repeats of the same.
    event = models.UUIDField()
    turn = models.PositiveIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)
    alerts = models.ManyToManyField(Alert, related_name="dispatches")
    decided_at = models.DateTimeField()
    due_at = models.DateTimeField()
    drained_at = models.DateTimeField(null=True)

    objects: ClassVar = DispatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reason", "event", "turn"], name="one_dispatch_per_reason_event_and_turn"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(drained_at__isnull=True), name="dispatch_undrained")
        ]

    def __str__(self) -> str:
        return f"dispatch {self.pk} ({self.reason})"
