"""Alerts and contact attempts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aftercare import triage
from aftercare.people.encryption.fields import EncryptedTextField
from aftercare.people.models import AppendOnly, Clinic, Patient, Procedure, User

LEVEL_ORDER = (triage.Level.EMERGENCY, triage.Level.URGENT, triage.Level.SAME_DAY, triage.Level.ROUTINE)
NEEDS_ACTION = tuple(level.value for level in LEVEL_ORDER if level >= triage.Level.SAME_DAY)


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        """Alerts that are not closed, acknowledged ones included."""
        return self.exclude(status=Alert.Status.CLOSED)

    def need_action(self) -> AlertQuerySet:
        """Alerts of level same_day and higher."""
        return self.filter(level__in=NEEDS_ACTION)

    def waiting(self) -> AlertQuerySet:
        """Unacknowledged alerts, and acknowledged ones with an unconfirmed newer report."""
        return self.open().filter(Q(status=Alert.Status.NEW) | Q(unconfirmed_since__isnull=False))

    def unreached(self) -> AlertQuerySet:
        """Open alerts whose patient was not reached since the newest report."""
        return self.open().filter(Q(reached_at=None) | Q(reached_at__lt=F("last_reported_at")))

    def to_escalate(self, now: datetime) -> AlertQuerySet:
        """Emergency and urgent alerts whose deadline to acknowledge or confirm has passed."""
        return self.waiting().filter(next_escalation_at__lte=now)

    def to_follow_up(self, now: datetime) -> AlertQuerySet:
        """Acknowledged alerts of same_day and higher whose deadline for a contact attempt has passed."""
        return self.filter(status=Alert.Status.ACKNOWLEDGED, follow_up_at__lte=now)

    def left_open(self, since: datetime) -> AlertQuerySet:
        """Alerts of same_day and higher that were acknowledged before `before` and are not closed."""
        return self.need_action().filter(status=Alert.Status.ACKNOWLEDGED, acknowledged_at__lte=since)

    def worst_first(self) -> AlertQuerySet:
        """Order by level, then by waiting time, longest first; alerts of one report by rule."""
        rank = Case(
            *(When(level=level.value, then=Value(place)) for place, level in enumerate(LEVEL_ORDER)),
            output_field=IntegerField(),
        )
        return self.annotate(rank=rank).order_by("rank", "opened_at", "rule", "pk")


class Alert(models.Model):
    """A rule that fired for a patient after a procedure; open until a person closes it."""

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
    # What people call it: "alert 4711". The database counts, drills in the same row of numbers (migration 0010).
    number = models.PositiveIntegerField(null=True, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="alerts")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="alerts")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, null=True, related_name="alerts")
    rule = models.CharField(max_length=60)
    level = models.CharField(max_length=20, choices=Level)
    status = models.CharField(max_length=20, choices=Status, default=Status.NEW)
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # Who works on the alert: the user who acknowledged it, unless it was assigned to another.
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    note = EncryptedTextField(blank=True)
    # Newest check-in that fired the rule.
    last_reported_at = models.DateTimeField()
    # The rule fired again after the acknowledgement.
    reported_again_at = models.DateTimeField(null=True)
    # Emergency and urgent: oldest report since the acknowledgement that nobody has confirmed; the alert waits
    # again.
    unconfirmed_since = models.DateTimeField(null=True)
    # Last time that staff reached the patient while the alert was open.
    reached_at = models.DateTimeField(null=True)
    # Set when no check-in followed for a day.
    silent_since = models.DateTimeField(null=True)
    next_escalation_at = models.DateTimeField(null=True)
    escalations = models.PositiveIntegerField(default=0)
    # Unassigned because the owner left or is away; the deadline counts from here.
    returned_at = models.DateTimeField(null=True)
    # Acknowledged: deadline for a contact attempt, and since when it has passed.
    follow_up_at = models.DateTimeField(null=True)
    forgotten_since = models.DateTimeField(null=True)
    # Failed contact attempts since the newest report.
    failed_tries = models.PositiveSmallIntegerField(default=0)
    # After three failed tries: time of the next one, set by a clinician with a reason.
    next_try_at = models.DateTimeField(null=True)
    next_try_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    next_try_reason = EncryptedTextField(max_length=300, blank=True)

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
            models.CheckConstraint(
                condition=Q(status="acknowledged") | Q(follow_up_at=None, forgotten_since=None),
                name="only_an_acknowledged_alert_is_followed_up",
            ),
            models.CheckConstraint(
                condition=Q(status="acknowledged") | Q(unconfirmed_since=None),
                name="only_an_acknowledged_alert_waits_again",
            ),
            models.CheckConstraint(
                condition=(Q(next_try_at=None, next_try_by=None, next_try_reason=""))
                | (Q(next_try_at__isnull=False, next_try_by__isnull=False) & ~Q(next_try_reason="")),
                name="next_try_is_set_by_somebody_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "level"], condition=~Q(status="closed"), name="alert_open"),
            models.Index(
                fields=["next_escalation_at"], condition=~Q(status="closed"), name="alert_to_escalate"
            ),
            models.Index(
                fields=["follow_up_at"], condition=Q(status="acknowledged"), name="alert_to_follow_up"
            ),
            # Reports that can form a cluster, newest last.
            models.Index(
                fields=["last_reported_at", "clinic"],
                condition=Q(rule__in=triage.CLUSTER_RULES),
                name="alert_of_a_cluster",
            ),
            models.Index(fields=["clinic", "closed_at"], condition=Q(status="closed"), name="alert_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.level} alert {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status != self.Status.CLOSED

    @property
    def own_procedure(self) -> Procedure | None:
        """The procedure, or None if it was moved to another patient."""
        if self.procedure is None or self.procedure.patient_id != self.patient_id:
            return None
        return self.procedure

    @property
    def triage_level(self) -> triage.Level:
        return triage.Level(self.level)

    @property
    def rule_words(self) -> str:
        """The rule in words for staff."""
        return gettext(triage.RULES[self.rule].staff)

    @property
    def acknowledge_by(self) -> datetime | None:
        """Deadline to acknowledge; None below urgent."""
        return triage.acknowledge_by(self.triage_level, self.waiting_since)

    @property
    def waiting_since(self) -> datetime:
        """Start of waiting: opened, unassigned, or reported again without confirmation."""
        return self.unconfirmed_since or self.returned_at or self.opened_at

    @property
    def is_waiting(self) -> bool:
        """True while the alert is unacknowledged, or its newer report unconfirmed."""
        return self.status == self.Status.NEW or (self.is_open and self.unconfirmed_since is not None)

    @property
    def is_reached(self) -> bool:
        """True if staff reached the patient since the newest report."""
        return self.reached_at is not None and self.reached_at >= self.last_reported_at

    @property
    def is_forgotten(self) -> bool:
        """True if no contact attempt was made by the deadline after the acknowledgement."""
        return self.forgotten_since is not None


class ContactAttempt(AppendOnly):
    """An attempt to reach a patient, and its result. Append-only."""

    class Result(models.TextChoices):
        REACHED = "reached", _("Reached")
        NO_ANSWER = "no_answer", _("No answer")
        LEFT_MESSAGE = "left_message", _("Left a message")
        WRONG_NUMBER = "wrong_number", _("Wrong number")

    class Kind(models.TextChoices):
        CALLED = "called", _("We called the patient")
        PATIENT_CALLED = "patient_called", _("The patient called us")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_attempts")
    # The alert from whose page it was entered, if any.
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, related_name="contact_attempts")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.CALLED)
    result = models.CharField(max_length=20, choices=Result)
    note = EncryptedTextField(blank=True)
    # The wrong attempt that this one replaces.
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "Contact attempts"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="called") | Q(kind="patient_called", result="reached"),
                name="a_patient_who_called_was_reached",
            ),
            models.CheckConstraint(
                condition=Q(result__in=["reached", "no_answer", "left_message", "wrong_number"]),
                name="contact_attempt_has_a_known_result",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-at"], name="contact_attempt_newest")]

    def __str__(self) -> str:
        return f"contact attempt {self.pk} ({self.result})"
