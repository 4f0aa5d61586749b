"""Constraints of the alert tables."""

from typing import Any

import pytest
from django.db import IntegrityError

from aftercare.alerts.models import Alert, ContactStep, Dispatch
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from tests.factories import at

pytestmark = pytest.mark.django_db


def make_alert(patient: Patient, procedure: Procedure | None, **fields: Any) -> Alert:
    alert: Alert = Alert.objects.create(
        **{
            "clinic": patient.clinic,
            "patient": patient,
            "procedure": procedure,
            "rule": "pus",
            "level": "urgent",
            "opened_at": at(20),
            "last_reported_at": at(20),
            **fields,
        }
    )
    return alert


def closed(by: StaffMember) -> dict[str, Any]:
    return {
        "status": "closed",
        "acknowledged_at": at(21),
        "acknowledged_by": by.user,
        "closed_at": at(21),
        "closed_by": by.user,
        "outcome": "mistake",
    }


def test_two_open_alerts_for_one_patient_procedure_and_rule(patient: Patient, procedure: Procedure) -> None:
    make_alert(patient, procedure)

    with pytest.raises(IntegrityError):
        make_alert(patient, procedure)


def test_two_open_alerts_for_one_patient_and_rule_without_a_procedure(patient: Patient) -> None:
    make_alert(patient, None)

    with pytest.raises(IntegrityError):
        make_alert(patient, None)


def test_closed_alerts_may_be_many(patient: Patient, procedure: Procedure, nurse: StaffMember) -> None:
    for _time in range(2):
        make_alert(patient, procedure, **closed(nurse))
    make_alert(patient, procedure)

    assert Alert.objects.open().count() == 1


@pytest.mark.parametrize(
    "missing", ["acknowledged_at", "acknowledged_by", "closed_at", "closed_by", "outcome"]
)
def test_a_closed_alert_without_its_who_when_and_outcome(
    patient: Patient, procedure: Procedure, nurse: StaffMember, missing: str
) -> None:
    with pytest.raises(IntegrityError, match="alert_is_"):
        make_alert(patient, procedure, **closed(nurse) | {missing: "" if missing == "outcome" else None})


@pytest.mark.parametrize("given", ["acknowledged_at", "acknowledged_by", "closed_at", "closed_by", "outcome"])
def test_a_new_alert_that_somebody_has_acknowledged_or_closed(
    patient: Patient, procedure: Procedure, nurse: StaffMember, given: str
) -> None:
    with pytest.raises(IntegrityError, match="alert_is_"):
        make_alert(patient, procedure, **{given: closed(nurse)[given]})


def test_two_dispatches_for_one_reason_event_and_turn(patient: Patient) -> None:
    alert = make_alert(patient, None)
    fields = {
        "clinic": patient.clinic,
        "patient": patient,
        "reason": Dispatch.Reason.OPENED,
        "event": alert.pk,
        "decided_at": at(20),
        "due_at": at(20),
    }
    Dispatch.objects.create(**fields)

    with pytest.raises(IntegrityError):
        Dispatch.objects.create(**fields)


def test_two_contact_steps_at_one_position(clinic: Clinic) -> None:
    ContactStep.objects.create(clinic=clinic, position=0)

    with pytest.raises(IntegrityError):
        ContactStep.objects.create(clinic=clinic, position=0)
