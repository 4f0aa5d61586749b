"""Expected courses: clinical configuration in immutable, signed, versioned sets per clinic."""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftercare.people.models import Clinic, Procedure, User
from aftercare.triage import SYMPTOMS, ExpectedCourse, SymptomCourse


class ImmutableError(TypeError):
    """A published set was to be changed; publish a new one instead."""


class ExpectedCourseSetQuerySet(models.QuerySet["ExpectedCourseSet"]):
    def current_of(self, clinic_id: int) -> ExpectedCourseSet | None:
        """Return the current set of a clinic, its newest, or None."""
        return self.filter(clinic_id=clinic_id).order_by("-version").first()


class ExpectedCourseSet(models.Model):
    """All expected courses of a clinic, published together; unsigned sets are marked as drafts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="expected_course_sets")
    version = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approver = models.CharField(max_length=100, blank=True)
    signed_at = models.DateTimeField(null=True)
    review_on = models.DateField(null=True)

    objects: ClassVar = ExpectedCourseSetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "version"], name="one_expected_course_set_per_version"),
            models.CheckConstraint(
                condition=Q(approver="", signed_at__isnull=True)
                | (~Q(approver="") & Q(signed_at__isnull=False)),
                name="expected_course_set_is_signed_by_somebody_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"expected courses {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ImmutableError("A published set is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImmutableError("A published set is never deleted.")

    @property
    def is_signed(self) -> bool:
        """True if a clinician has signed it."""
        return self.signed_at is not None

    def course_of(self, kind: str) -> ExpectedCourse:
        """Return the expected course of a kind of procedure, for the triage engine."""
        return courses_of_set(self.pk)[kind]


class ExpectedCourseRow(models.Model):
    """A symptom or sign after a kind of procedure, in hours since it; signs have only `tell_us_after_h`."""

    class Symptom(models.TextChoices):
        REDNESS = "redness", _("Redness")
        PAIN = "pain", _("Pain")
        SWELLING = "swelling", _("Swelling")
        ITCH = "itch", _("Itch")
        BRUISE = "bruise", _("Bruise")
        PEELING = "peeling", _("Peeling")
        SPOTS = "spots", _("Spots")

    set = models.ForeignKey(ExpectedCourseSet, on_delete=models.PROTECT, related_name="rows")
    kind = models.CharField(max_length=2, choices=Procedure.Kind)
    symptom = models.CharField(max_length=20, choices=Symptom)
    often_by_h = models.FloatField(null=True)
    usual_until_h = models.FloatField(null=True)
    tell_us_after_h = models.FloatField()
    tell_us_after_mild_h = models.FloatField(null=True)
    sources = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["set", "kind", "symptom"], name="one_expected_course_row_per_kind_and_symptom"
            ),
            models.CheckConstraint(
                condition=Q(usual_until_h__isnull=True) | Q(usual_until_h__lte=F("tell_us_after_h")),
                name="tell_us_comes_after_usual",
            ),
            models.CheckConstraint(
                condition=Q(tell_us_after_mild_h__isnull=True)
                | Q(tell_us_after_h__lte=F("tell_us_after_mild_h")),
                name="tell_us_if_mild_comes_after_tell_us",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_symptom_display()} after {self.get_kind_display()}"


@lru_cache(maxsize=256)
def courses_of_set(set_id: uuid.UUID) -> dict[str, ExpectedCourse]:
    """Return the courses of a set by kind; cached for good, since a set never changes."""
    rows = {(row.kind, row.symptom): row for row in ExpectedCourseRow.objects.filter(set_id=set_id)}
    return {kind: course_from_rows(kind, rows) for kind in Procedure.Kind.values}


def course_from_rows(kind: str, rows: dict[tuple[str, str], ExpectedCourseRow]) -> ExpectedCourse:
    """Return the course of a kind from its rows; KeyError for a missing row."""
    symptoms: dict[str, Any] = {}
    for symptom in SYMPTOMS:
        row = rows[kind, symptom]
        assert row.usual_until_h is not None
        assert row.tell_us_after_mild_h is not None
        symptoms[symptom] = SymptomCourse(
            row.often_by_h, row.usual_until_h, row.tell_us_after_h, row.tell_us_after_mild_h
        )
    signs: dict[str, Any] = {
        f"{sign}_h": rows[kind, sign].tell_us_after_h for sign in ("bruise", "peeling", "spots")
    }
    return ExpectedCourse(kind=kind, **symptoms, **signs)
