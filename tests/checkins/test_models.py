"""Constraints of the check-in tables."""

from typing import Any

import pytest
from django.db import IntegrityError

from aftercare.checkins.models import Assessment, CheckIn, Finding
from aftercare.people.models import Patient, Procedure
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db


class TestTheDatabaseRefuses:
    """Invariants that hold whatever the code does."""

    @pytest.fixture
    def stored(self, patient: Patient, procedure: Procedure) -> CheckIn:
        return check_in(patient, 24, signs=["pus"]).check_in

    def copy(self, stored: CheckIn, **changes: Any) -> CheckIn:
        kept = {field.attname: getattr(stored, field.attname) for field in CheckIn._meta.concrete_fields}
        return CheckIn(**{**kept, "id": None, "number": CheckIn.objects.count(), **changes})

    def test_the_same_revision_of_a_token_twice(self, stored: CheckIn) -> None:
        with pytest.raises(IntegrityError):
            self.copy(stored, id="7d9f6ad5-5a6e-4c26-9c80-3b1a7a2f8f10").save(force_insert=True)

    def test_the_same_number_twice(self, stored: CheckIn) -> None:
        copied = self.copy(stored, id="7d9f6ad5-5a6e-4c26-9c80-3b1a7a2f8f10", revision=1, number=0)
        with pytest.raises(IntegrityError):
            copied.save(force_insert=True)

    def test_two_corrections_of_one_check_in(self, stored: CheckIn) -> None:
        ids = ("7d9f6ad5-5a6e-4c26-9c80-3b1a7a2f8f10", "7d9f6ad5-5a6e-4c26-9c80-3b1a7a2f8f11")
        self.copy(stored, id=ids[0], revision=1, supersedes_id=stored.pk).save(force_insert=True)
        with pytest.raises(IntegrityError):
            self.copy(stored, id=ids[1], revision=2, supersedes_id=stored.pk).save(force_insert=True)

    def test_a_level_that_does_not_exist(self, stored: CheckIn) -> None:
        with pytest.raises(IntegrityError, match="check_in_level_is_known"):
            CheckIn.objects.filter(pk=stored.pk).update(level="dire")

    def test_a_second_assessment_at_submission(self, stored: CheckIn) -> None:
        other = self.copy(stored, id="7d9f6ad5-5a6e-4c26-9c80-3b1a7a2f8f10", revision=1)
        other.save(force_insert=True)
        with pytest.raises(IntegrityError):
            Assessment.objects.create(
                check_in=stored,
                reason=Assessment.Reason.SUBMITTED,
                caused_by=other,
                at=at(30),
                level="expected",
                ruleset_version="1",
            )

    @pytest.mark.parametrize("reason", Assessment.Reason.values)
    def test_an_assessment_that_nothing_led_to(self, stored: CheckIn, reason: str) -> None:
        with pytest.raises(IntegrityError, match="assessment_has_one_cause"):
            Assessment.objects.create(
                check_in=stored, reason=reason, at=at(30), level="expected", ruleset_version="1"
            )

    @pytest.mark.parametrize("about_a_procedure", [True, False])
    def test_one_rule_twice_in_an_assessment(
        self, stored: CheckIn, procedure: Procedure, about_a_procedure: bool
    ) -> None:
        finding = Finding.objects.get()
        finding.procedure = procedure if about_a_procedure else None
        finding.save()
        with pytest.raises(IntegrityError):
            Finding.objects.create(
                assessment=finding.assessment,
                procedure=finding.procedure,
                rule="pus",
                level="urgent",
                evidence=[],
                alert=finding.alert,
            )

    def test_a_new_finding_without_an_alert(self, stored: CheckIn) -> None:
        with pytest.raises(IntegrityError, match="new_finding_belongs_to_an_alert"):
            Finding.objects.update(alert=None)
