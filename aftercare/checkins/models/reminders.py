"""Reminders of the check-in: how a patient wants them, and each one that was decided on."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftercare.people.models import Patient

# The link of a reminder opens the check-in for so long after the reminder was due.
LINK_LIFE = timedelta(hours=36)


class ReminderPlan(models.Model):
    """How a patient is reminded, and when the next reminder is looked at."""

    patient = models.OneToOneField(
        Patient, on_delete=models.CASCADE, primary_key=True, related_name="reminder_plan"
    )
    # By the clock of the patient's zone.
    at_time = models.TimeField(default=time(18), db_default=time(18))
    # Nothing is sent from the one to the other; somebody who works at night has other hours.
    quiet_from = models.TimeField(default=time(21), db_default=time(21))
    quiet_until = models.TimeField(default=time(8), db_default=time(8))
    by_push = models.BooleanField(default=True, db_default=True)
    by_sms = models.BooleanField(default=False, db_default=False)
    by_email = models.BooleanField(default=True, db_default=True)
    stopped_at = models.DateTimeField(null=True)
    # What `next_at` was planned by: instant of the latest procedure, and the patient's zone.
    counted_from = models.DateTimeField(null=True)
    time_zone = models.CharField(max_length=64, default="", db_default="")
    # When the task looks at this patient next; null: not before something changes.
    next_at = models.DateTimeField(null=True)

    objects: ClassVar = models.Manager["ReminderPlan"]()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(quiet_from=F("quiet_until")), name="reminders_are_not_quiet_all_day"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at=None) | Q(next_at=None), name="stopped_reminders_have_no_next_one"
            ),
            models.CheckConstraint(
                condition=Q(by_push=True) | Q(by_sms=True) | Q(by_email=True),
                name="reminders_have_a_way",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="reminder_to_look_at")
        ]

    def __str__(self) -> str:
        return f"reminders of {self.patient_id}"

    @property
    def zone(self) -> ZoneInfo:
        """The zone by whose clock reminders come."""
        return self.patient.zone

    @property
    def is_on(self) -> bool:
        return self.stopped_at is None


class Reminder(models.Model):
    """A decision to remind a patient, and the subject of its messages. Its link opens one check-in."""

    class Sort(models.TextChoices):
        PLANNED = "planned", _("planned")
        FOLLOW_UP = "follow_up", _("after a missed one")
        LATER = "later", _("asked for by the patient")

    # Also the token of the check-in that its link sends, so that the link stores one check-in.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="reminders")
    sort = models.CharField(max_length=20, choices=Sort)
    # The planned date, by the patient's calendar.
    day = models.DateField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, unique=True)

    objects: ClassVar = models.Manager["Reminder"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "day", "sort"],
                condition=~Q(sort="later"),
                name="one_reminder_per_patient_day_and_sort",
            ),
            models.CheckConstraint(
                condition=Q(due_at__lt=F("expires_at")), name="reminder_is_due_before_it_expires"
            ),
        ]
        indexes = [models.Index(fields=["patient", "day"], name="reminder_of_a_day")]

    def __str__(self) -> str:
        return f"{self.sort} reminder {self.pk}"

    @staticmethod
    def hash_of(token: str) -> str:
        """Return the hash under which the token of a link is found."""
        return sha256(token.encode()).hexdigest()

    def opens_check_in(self, now: datetime) -> bool:
        """True while the link opens the check-in."""
        return now < self.due_at + LINK_LIFE
