"""Recording a procedure, and the warning before it."""

import pytest
from django.core.exceptions import ValidationError

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from clinic.procedures import RecordedProcedure, is_treated_over_open_alert, record_procedure
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db


def record(patient: Patient, by: StaffMember, h: float) -> RecordedProcedure:
    return record_procedure(
        patient=patient, by=by.user, now=at(h), kind="mn", area="face", performed_at=at(h)
    )


def test_a_procedure_is_recorded_without_a_warning(patient: Patient, nurse: StaffMember) -> None:
    recorded = record(patient, nurse, 0)

    assert not recorded.warned
    assert patient.procedures.get() == recorded.procedure
    assert list(Event.objects.values_list("verb", flat=True)) == ["recorded_procedure"]


def test_a_warning_is_kept_as_an_event(patient: Patient, procedure: Procedure, nurse: StaffMember) -> None:
    check_in(patient, 20, signs=["lumps"])

    recorded = record(patient, nurse, 30)

    assert recorded.warned
    event = Event.objects.get(verb=Event.Verb.WARNED)
    assert (event.subject, event.actor, event.at) == (recorded.procedure.pk, nurse.user, at(30))


def test_an_acknowledged_alert_warns_and_a_closed_one_does_not(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 20, signs=["lumps"])
    alert = patient.alerts.get()

    acknowledge(alert=alert, by=nurse.user, now=at(21))
    assert record(patient, nurse, 22).warned
    close(alert=alert, by=nurse.user, now=at(23), outcome="advice_given", note="Seen.")
    assert not record(patient, nurse, 24).warned


def test_the_warning_can_be_looked_up_before_anything_is_stored(
    patient: Patient, procedure: Procedure
) -> None:
    check_in(patient, 20, signs=["pus"])

    assert is_treated_over_open_alert(patient=patient, performed_at=at(30), now=at(30))
    assert not Event.objects.exists()


def test_another_patients_alert_warns_nobody(patient: Patient, stranger: Patient, nurse: StaffMember) -> None:
    check_in(stranger, 20, signs=["pus"])

    assert not record(patient, nurse, 30).warned


def test_a_procedure_that_cannot_be_leaves_no_warning_behind(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 20, signs=["pus"])

    with pytest.raises(ValidationError):
        record_procedure(
            patient=patient, by=nurse.user, now=at(30), kind="mn", area="face", performed_at=at(31)
        )

    assert not Event.objects.exists()
    assert patient.procedures.get() == procedure


def test_a_procedure_recorded_later_takes_no_earlier_check_in_along(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    earlier = check_in(patient, 60).check_in

    record_procedure(patient=patient, by=nurse.user, now=at(61), kind="mn", area="face", performed_at=at(40))

    earlier.refresh_from_db()
    assert earlier.procedure == procedure
