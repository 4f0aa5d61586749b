"""Enrolling, recording treatments, letting people work for a clinic."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from aftercare.people.actions.patients import enrol_patient, is_at_risk
from aftercare.people.actions.procedures import add_procedure
from aftercare.people.actions.staff import add_staff_member
from aftercare.people.models import Clinic, Event, Patient, StaffMember, User
from tests.factories import at

pytestmark = pytest.mark.django_db


def enrol(clinic: Clinic, by: StaffMember, **fields: object) -> Patient:
    named = {"email": "Joan@Test.Example ", "first_name": "Joan", "last_name": "Test"}
    return enrol_patient(clinic=clinic, by=by.user, now=at(), **{**named, **fields})  # type: ignore[arg-type]


def test_enrolling_makes_a_user_and_a_patient_and_says_who_did_it(clinic: Clinic, nurse: StaffMember) -> None:
    patient = enrol(clinic, nurse, intake=["iq2", "iq10"], record_number="L-7")

    assert (patient.user.email, patient.user.get_full_name()) == ("joan@test.example", "Joan Test")
    assert (patient.clinic, patient.enrolled_at, patient.record_number) == (clinic, at(), "L-7")
    assert patient.at_risk
    event = Event.objects.get(verb=Event.Verb.ENROLLED)
    assert (event.actor, event.subject, event.patient) == (nurse.user, patient.pk, patient)


def test_a_patient_lives_in_the_clinics_zone_unless_told_otherwise(
    clinic: Clinic, nurse: StaffMember
) -> None:
    assert enrol(clinic, nurse).time_zone == "Europe/London"
    assert enrol(clinic, nurse, email="b@test.example", time_zone="Europe/Paris").time_zone == "Europe/Paris"


def test_a_person_known_elsewhere_by_the_same_name_is_the_same_user(
    clinic: Clinic, nurse: StaffMember, stranger: Patient
) -> None:
    patient = enrol(clinic, nurse, email=stranger.user.email.upper(), first_name="SAM")

    assert patient.user == stranger.user
    stranger.user.refresh_from_db()
    assert stranger.user.first_name == "Sam"


def test_an_address_that_somebody_with_another_name_uses_is_asked_about(
    clinic: Clinic, nurse: StaffMember, stranger: Patient
) -> None:
    with pytest.raises(ValidationError) as refused:
        enrol(clinic, nurse, email=stranger.user.email, first_name="Joan")

    assert list(refused.value.message_dict) == ["email"]
    assert Patient.objects.get() == stranger


@pytest.mark.parametrize("consent", [True, False])
def test_whether_the_patient_agreed_is_kept(clinic: Clinic, nurse: StaffMember, consent: bool) -> None:
    enrol(clinic, nurse, consent=consent)

    assert Event.objects.get(verb=Event.Verb.ENROLLED).data == {"consent": consent}


def test_nobody_is_enrolled_twice_at_one_clinic(clinic: Clinic, nurse: StaffMember, patient: Patient) -> None:
    with pytest.raises(ValidationError) as refused:
        enrol(clinic, nurse, email=patient.user.email)

    assert list(refused.value.message_dict) == ["email"]
    assert Patient.objects.count() == 1


def test_an_enrolment_that_fails_leaves_no_user_behind(clinic: Clinic, nurse: StaffMember) -> None:
    enrol(clinic, nurse, record_number="L-7")

    with pytest.raises(IntegrityError), transaction.atomic():
        enrol(clinic, nurse, email="other@test.example", record_number="L-7")

    assert not User.objects.filter(email="other@test.example").exists()


@pytest.mark.parametrize(
    ("intake", "at_risk"),
    [(None, False), ([], False), (["iq1", "iq2", "iq3", "iq5", "iq6", "iq9", "iq11"], False)]
    + [([question], True) for question in ("iq4", "iq7", "iq8", "iq10")],
)
def test_whether_the_intake_raises_the_risk(intake: list[str] | None, at_risk: bool) -> None:
    assert is_at_risk(intake) is at_risk


def test_a_treatment_is_recorded_with_who_and_when(patient: Patient, nurse: StaffMember) -> None:
    procedure = add_procedure(
        patient=patient, by=nurse.user, now=at(2), kind="rf", area="neck", performed_at=at()
    )

    assert (procedure.performed_at, procedure.recorded_at, procedure.recorded_by) == (at(), at(2), nurse.user)
    assert Event.objects.get(verb=Event.Verb.RECORDED_PROCEDURE).subject == procedure.pk


@pytest.mark.parametrize(
    ("field", "changes"), [("performed_at", {"performed_at": at(2.01)}), ("kind", {"kind": "peel"})]
)
def test_a_treatment_that_cannot_be_is_refused_with_its_field(
    patient: Patient, nurse: StaffMember, field: str, changes: dict[str, object]
) -> None:
    fields = {"kind": "rf", "area": "neck", "performed_at": at()} | changes

    with pytest.raises(ValidationError) as refused:
        add_procedure(patient=patient, by=nurse.user, now=at(2), **fields)  # type: ignore[arg-type]

    assert list(refused.value.message_dict) == [field]
    assert not patient.procedures.exists()


def test_a_person_can_work_for_two_clinics(clinic: Clinic, outsider: StaffMember) -> None:
    member = add_staff_member(
        clinic=clinic, email=outsider.user.email.upper(), role="nurse", first_name="O", last_name="T"
    )

    assert member.user == outsider.user
    assert list(outsider.user.staff_memberships.order_by("pk")) == [outsider, member]


def test_adding_a_member_twice_changes_nothing(clinic: Clinic, nurse: StaffMember) -> None:
    again = add_staff_member(
        clinic=clinic, email=nurse.user.email, role="manager", first_name="X", last_name="Y"
    )

    assert (again, again.role) == (nurse, "nurse")
