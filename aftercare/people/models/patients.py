"""Patients."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aftercare.people.encryption.fields import EncryptedTextField
from aftercare.people.models.clinics import Clinic, validate_zone
from aftercare.people.models.users import User
from aftercare.people.name_matching import search_text
from aftercare.people.telephones import TelephoneField
from aftercare.ui.telephones import active_region

# In place of a version: staff noted at enrolment that the patient agrees. That counts for the first version.
AT_ENROLMENT = "enrolment"
FIRST_VERSION = "1.1"


class IntakeQuestion(models.TextChoices):
    """Intake questions before treatment (IQ1-IQ11 of the clinical specification; S22, S38, S39)."""

    IQ1 = "iq1", _("Skin infection or open spots")
    IQ2 = "iq2", _("Has had cold sores")
    IQ3 = "iq3", _("Pregnant")
    IQ4 = "iq4", _("Isotretinoin (Accutane)")
    IQ5 = "iq5", _("Active acne")
    IQ6 = "iq6", _("Skin disorder")
    IQ7 = "iq7", _("Heals slowly")
    IQ8 = "iq8", _("Radiation treatment here")
    IQ9 = "iq9", _("PRP needling in the past year")
    IQ10 = "iq10", _("Weak immune system, diabetes or a blood disease such as sickle cell")
    IQ11 = "iq11", _("Metal or product allergy")


# Source statements of each question; IQ10 and IQ11 were added for safety.
INTAKE_SOURCES = {
    IntakeQuestion.IQ1: ("S22", "S26"),
    IntakeQuestion.IQ2: ("S7",),
    IntakeQuestion.IQ3: ("S38",),
    IntakeQuestion.IQ4: ("S38",),
    IntakeQuestion.IQ5: ("S38",),
    IntakeQuestion.IQ6: ("S38",),
    IntakeQuestion.IQ7: ("S39",),
    IntakeQuestion.IQ8: ("S39",),
    IntakeQuestion.IQ9: ("S39",),
    IntakeQuestion.IQ10: ("ADD",),
    IntakeQuestion.IQ11: ("ADD",),
}

AT_RISK_QUESTIONS = frozenset(
    {IntakeQuestion.IQ4, IntakeQuestion.IQ7, IntakeQuestion.IQ8, IntakeQuestion.IQ10}
)


# Questions that are highlighted if answered with yes: they affect what is applied before a treatment.
LOUD_QUESTIONS = frozenset({IntakeQuestion.IQ2, IntakeQuestion.IQ11})


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeAnswer:
    """A question with its answer in words for staff."""

    key: str
    question: str
    word: str
    is_asked: bool
    is_yes: bool
    is_risk: bool
    is_loud: bool


class PatientQuerySet(models.QuerySet["Patient"]):
    def taking_part(self) -> PatientQuerySet:
        """Patients who are not withdrawn."""
        return self.filter(withdrawn_at=None)

    def not_erased(self) -> PatientQuerySet:
        """Patients whose person was not erased: the others are shown to nobody."""
        return self.filter(user__erased_as="")

    def opened_by_sign_in(self) -> PatientQuerySet:
        """Records that the person's sign-in opens: not withdrawn, and not waiting to be accepted."""
        return self.taking_part().filter(pending_since=None)


class SearchTextField(models.TextField):  # type: ignore[type-arg]
    """Search text of a patient, updated with each change of name or record number."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        patient = cast(Patient, model_instance)
        text = search_text(patient.user.get_full_name(), patient.record_number)
        patient.search_text = text
        return text


class Patient(models.Model):
    """A user treated by a clinic."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="patients")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    date_of_birth = models.DateField(null=True)
    record_number = models.CharField(max_length=40, blank=True)
    call_back_telephone = TelephoneField(blank=True)
    call_back_hours = EncryptedTextField(max_length=100, blank=True)
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    search_text = SearchTextField(editable=False, default="")
    # Legal guardian of a patient below the clinic's age limit.
    guardian_name = models.CharField(max_length=150, blank=True)
    # Keys of questions answered with yes, in order; null: no question was asked yet.
    intake = models.JSONField(null=True)
    # Keys of questions answered with yes or no; null: all, if `intake` is set.
    intake_asked = models.JSONField(null=True)
    at_risk = models.BooleanField(default=False)
    enrolled_at = models.DateTimeField()
    # Since when the person is asked whether their sign-in may open this record; null: it opens it.
    pending_since = models.DateTimeField(null=True)
    # When the person last chose this record among several.
    chosen_at = models.DateTimeField(null=True)
    # Version of the text on data to which the patient has agreed, and when; AT_ENROLMENT where staff noted, before
    # the text had versions, that the patient agrees; empty: not asked yet. The default of the database counts for
    # patients of before, whose rows are too many to be written anew.
    consent_version = models.CharField(max_length=20, default="", db_default="enrolment", editable=False)
    consented_at = models.DateTimeField(null=True, editable=False)
    # Withdrawn from the portal until taken back; reports are kept.
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar = PatientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="patient_is_withdrawn_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(consented_at__isnull=True, consent_version__in=["", AT_ENROLMENT])
                | (models.Q(consented_at__isnull=False) & ~models.Q(consent_version__in=["", AT_ENROLMENT])),
                name="patient_agrees_to_a_version_at_an_instant",
            ),
            models.UniqueConstraint(fields=["user", "clinic"], name="one_patient_record_per_user_and_clinic"),
            models.UniqueConstraint(
                fields=["clinic", "record_number"],
                condition=~models.Q(record_number=""),
                name="one_patient_per_record_number_of_a_clinic",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "date_of_birth"], name="patient_by_birth_date")]

    def __str__(self) -> str:
        return f"patient {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Update the search text also if only the record number is saved."""
        if "record_number" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_text"}
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def telephone_region(self) -> str | None:
        """The clinic's country; without a loaded clinic the country of the active time zone."""
        is_loaded = Patient.clinic.field.is_cached(self)
        return self.clinic.telephone_region if is_loaded else active_region()

    @property
    def is_pending(self) -> bool:
        """True if the person, who used the portal before, has not accepted this record yet."""
        return self.pending_since is not None

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def has_agreed(self) -> bool:
        """True if the patient has agreed to the text on data as it is now."""
        agreed = self.consent_version
        return (FIRST_VERSION if agreed == AT_ENROLMENT else agreed) == self.clinic.consent_version

    @property
    def is_risk_asked(self) -> bool:
        """True if every question that raises the risk was answered."""
        if self.intake is None:
            return False
        return self.intake_asked is None or set(self.intake_asked) >= AT_RISK_QUESTIONS

    def intake_answers(self) -> list[IntakeAnswer]:
        """Every question in order with its answer: yes, no or not asked."""
        asked = () if self.intake is None else self.intake_asked
        found = []
        for key in IntakeQuestion:
            is_yes = key in (self.intake or [])
            is_asked = is_yes or asked is None or key in asked
            found.append(
                IntakeAnswer(
                    key=key.value,
                    question=str(key.label),
                    is_asked=is_asked,
                    word=gettext("Yes") if is_yes else gettext("No") if is_asked else gettext("Not asked"),
                    is_yes=is_yes,
                    is_risk=key in AT_RISK_QUESTIONS,
                    is_loud=is_yes and key in LOUD_QUESTIONS,
                )
            )
        return found

    def intake_words(self) -> list[str]:
        """Questions answered with yes, in words for staff."""
        return [str(IntakeQuestion(key).label) for key in self.intake or []]

    def risk_words(self) -> list[str]:
        """Risk-raising questions answered with yes, in words for staff."""
        return [str(IntakeQuestion(key).label) for key in self.intake or [] if key in AT_RISK_QUESTIONS]
