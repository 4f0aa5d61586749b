"""Check-ins, assessments and findings. Advice is stored as it was given."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from aftercare.alerts.models import NEEDS_ACTION, Alert, ContactAttempt
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.people.encryption.fields import EncryptedJSONField, EncryptedTextField
from aftercare.people.models import Companion, Event, Patient, Procedure, User, companion_words
from aftercare.triage import Answers, Level

NOTE_LENGTH = 2000


class LevelChoice(models.TextChoices):
    """A triage level as stored."""

    EMERGENCY = "emergency", _("Emergency")
    URGENT = "urgent", _("Urgent")
    SAME_DAY = "same_day", _("Same day")
    ROUTINE = "routine", _("Routine")
    EXPECTED = "expected", _("Expected")


# Events by which staff show that they have seen an alert.
SEEING = (Event.Verb.ACKNOWLEDGED, Event.Verb.CLOSED)


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def not_superseded(self) -> CheckInQuerySet:
        """Check-ins without a correction."""
        return self.filter(superseded_by=None)

    def corrections(self) -> CheckInQuerySet:
        """Return the check-ins that correct another check-in."""
        return self.exclude(supersedes=None)

    def newest_first(self) -> CheckInQuerySet:
        """Order by the instant described, newest first."""
        return self.order_by("-observed_at", "-submitted_at")

    def about(self, procedures: Iterable[Procedure]) -> CheckInQuerySet:
        """Check-ins in the series of these procedures, or about several that include one of them."""
        ids = [procedure.pk for procedure in procedures]
        wanted = Q(procedure__in=ids)
        for pk in ids:
            wanted |= Q(several_words__contains=str(pk))
        return self.alias(several_words=Cast("several_of", models.TextField())).filter(wanted)

    def unconfirmed(self) -> CheckInQuerySet:
        """Check-ins with an alert of same_day or higher that staff have not seen since."""
        since = Coalesce(OuterRef("kept_since"), OuterRef("assessment__caused_by__submitted_at"))
        seen = Event.objects.filter(subject=OuterRef("alert_id"), verb__in=SEEING, at__gte=since)
        unseen = Finding.objects.filter(
            assessment__caused_by=OuterRef("pk"), is_new=True, alert__level__in=NEEDS_ACTION
        ).exclude(Exists(seen))
        tried = ContactAttempt.objects.filter(patient=OuterRef("patient"), at__gte=OuterRef("submitted_at"))
        return self.filter(Exists(unseen)).exclude(Exists(tried))


class CheckIn(models.Model):
    """A report by or for a patient about one instant. Append-only: a correction is a row of its own.

    Only the link to the procedure changes, when staff correct the procedure.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="check_ins")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, null=True, related_name="check_ins")
    # The procedure at submission, if a correction has re-linked the check-in since.
    first_procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Ids of all procedures, as at submission, if the check-in is about several.
    several_of = models.JSONField(default=list)
    # Expected courses used; null if the clinic had none and the defaults applied.
    course_set = models.ForeignKey(ExpectedCourseSet, on_delete=models.PROTECT, null=True, related_name="+")
    # Number of the patient's check-in from 0, in order of submission.
    number = models.PositiveIntegerField()
    # Idempotency key of the form; a changed answer under the same key is the next revision.
    token = models.UUIDField()
    revision = models.PositiveSmallIntegerField(default=0)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The companion of the patient who filled it in; null if the patient or staff did.
    companion = models.ForeignKey(
        Companion, on_delete=models.PROTECT, null=True, related_name="check_ins", db_index=False
    )
    observed_at = models.DateTimeField()
    # The time as typed, null for now. Differs from `observed_at` if it was impossible.
    stated_at = models.DateTimeField(null=True)
    # When it was filled in without a network, where it was sent later; null if it was sent at once.
    filled_in_at = models.DateTimeField(null=True)
    # False for an emergency with an impossible time: kept, but not in any series.
    in_series = models.BooleanField(default=True)
    answers = models.JSONField()
    note = EncryptedTextField(blank=True)
    # Unreadable fields of an emergency, as posted, for staff.
    unreadable = EncryptedJSONField(default=dict)
    level = models.CharField(max_length=20, choices=LevelChoice)
    # Deadline for the clinic's confirmation; null below same_day.
    confirm_by = models.DateTimeField(null=True)
    # Advice at submission (aftercare.checkins.advice.levels), verbatim.
    advice = models.JSONField(default=dict)

    objects: ClassVar = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "token", "revision"], name="one_check_in_per_patient_token_and_revision"
            ),
            models.UniqueConstraint(fields=["patient", "number"], name="check_ins_of_a_patient_are_numbered"),
            models.CheckConstraint(
                condition=models.Q(level__in=LevelChoice.values), name="check_in_level_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-submitted_at"], name="check_in_newest"),
            models.Index(
                fields=["confirm_by"],
                condition=models.Q(confirm_by__isnull=False),
                name="check_in_to_be_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"check-in {self.pk}"

    @property
    def given(self) -> Answers:
        """The answers, as the engine takes them."""
        return Answers.from_json(self.answers)

    @property
    def triage_level(self) -> Level:
        return Level(self.level)

    @property
    def hours(self) -> float | None:
        """Hours from the procedure to the instant described; None without a procedure."""
        return self.procedure.hours_at(self.observed_at) if self.procedure else None

    @property
    def is_by_staff(self) -> bool:
        """True if staff entered it for the patient."""
        return self.companion_id is None and self.submitted_by_id != self.patient.user_id

    @property
    def by_companion(self) -> str:
        """Who filled it in for the patient, as a companion; "" if the patient or staff did."""
        return companion_words(self.companion.name) if self.companion else ""

    def is_late(self) -> bool:
        """True if it describes an instant well before its submission."""
        return (self.submitted_at - self.observed_at).total_seconds() > 60


class Assessment(models.Model):
    """An evaluation of a check-in. Append-only: a re-evaluation is a further row."""

    class Reason(models.TextChoices):
        SUBMITTED = "submitted", _("at submission")
        REVEALED = "revealed", _("after an earlier time was filled in or corrected")
        CORRECTED = "corrected", _("after staff corrected what it was judged by")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="assessments")
    reason = models.CharField(max_length=20, choices=Reason)
    # The check-in whose submission caused the evaluation: itself, or one that is back-dated or a correction.
    # Null if a correction by staff did: see `event`.
    caused_by = models.ForeignKey(
        CheckIn, on_delete=models.PROTECT, null=True, related_name="caused_assessments"
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # Advice after a correction by staff, verbatim; otherwise the check-in has the advice.
    advice = models.JSONField(default=dict)
    at = models.DateTimeField()
    level = models.CharField(max_length=20, choices=LevelChoice)
    ruleset_version = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["check_in"],
                condition=models.Q(reason="submitted"),
                name="one_assessment_at_submission_per_check_in",
            ),
            models.UniqueConstraint(
                fields=["check_in", "caused_by"], name="one_assessment_per_check_in_and_cause"
            ),
            models.UniqueConstraint(
                fields=["check_in", "event"], name="one_assessment_per_check_in_and_correction"
            ),
            models.CheckConstraint(
                condition=models.Q(reason="corrected", caused_by__isnull=True, event__isnull=False)
                | (~models.Q(reason="corrected") & models.Q(caused_by__isnull=False, event__isnull=True)),
                name="assessment_has_one_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"assessment of {self.check_in_id} at {self.at:%Y-%m-%d %H:%M}"

    @property
    def told_with(self) -> CheckIn:
        """The check-in on whose page the patient reads the advice."""
        return self.caused_by or self.check_in


class FindingQuerySet(models.QuerySet["Finding"]):
    def reported_by(self, check_in: CheckIn | uuid.UUID) -> FindingQuerySet:
        """Findings that a check-in reported: its own, and those it revealed on later check-ins."""
        return self.filter(assessment__caused_by=check_in, is_new=True)

    def found_in(self, check_in: CheckIn) -> FindingQuerySet:
        """Findings that it reported, and those found after corrections by staff."""
        by_staff = Q(assessment__check_in=check_in, assessment__reason=Assessment.Reason.CORRECTED)
        return self.filter(Q(assessment__caused_by=check_in) | by_staff, is_new=True)


class Finding(models.Model):
    """A rule that fired, with its evidence and alert."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="findings")
    rule = models.CharField(max_length=60)
    level = models.CharField(max_length=20, choices=LevelChoice)
    evidence = models.JSONField()
    limit_h = models.FloatField(null=True)
    # The procedure after which the rule fired, for a check-in about several.
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # For a finding kept by a correction: when the sign was first reported.
    kept_since = models.DateTimeField(null=True)
    # False if a later evaluation found it again.
    is_new = models.BooleanField(default=True)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, related_name="findings")

    objects: ClassVar = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "procedure", "rule"],
                condition=Q(procedure__isnull=False),
                name="one_finding_per_assessment_procedure_and_rule",
            ),
            models.UniqueConstraint(
                fields=["assessment", "rule"],
                condition=Q(procedure__isnull=True),
                name="one_finding_per_assessment_and_rule_if_no_procedure",
            ),
            models.CheckConstraint(
                condition=models.Q(is_new=False) | models.Q(alert__isnull=False),
                name="new_finding_belongs_to_an_alert",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} ({self.level})"


class NonResponse(models.Model):
    """A patient without a check-in for two days, on the non-responder list until the next one."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="non_responses")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    # The later of the procedure and the last check-in.
    silent_since = models.DateTimeField()
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "silent_since"], name="one_non_response_per_patient_and_silence"
            )
        ]

    def __str__(self) -> str:
        return f"no check-in from {self.patient_id} since {self.silent_since:%Y-%m-%d %H:%M}"
