"""Likely duplicates are shown before a patient is enrolled."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from aftercare.people.models import Clinic, Patient, StaffMember, User
from tests.clinic.enrolment.test_enrolment import TYPED
from tests.clinic.staff_client import ENROL, patient_url, staff_client, words
from tests.factories import PatientFactory, ProcedureFactory, UserFactory, at

pytestmark = [pytest.mark.usefixtures("clinic", "course_set"), pytest.mark.frozen_at(at(96))]

BORN = date(1990, 4, 30)  # as typed


def here_already(clinic: Clinic, name: str = "Amara Osei", **fields: Any) -> Patient:
    """A patient of the clinic, treated at MONDAY."""
    first, _, last = name.partition(" ")
    user = UserFactory.create(first_name=first, last_name=last)
    patient = PatientFactory.create(clinic=clinic, user=user, **fields)
    ProcedureFactory.create(patient=patient, recorded_by=user)
    return patient


@pytest.mark.parametrize(
    ("name", "fields", "because"),
    [
        ("Reyes Daniel", {"date_of_birth": BORN}, "same birth date and a like name"),  # swapped
        ("DÁNIEL reyés", {"date_of_birth": BORN}, "same birth date and a like name"),  # accents, case
        ("Daniel Reyes Ortega", {"date_of_birth": BORN}, "same birth date and a like name"),
        ("Amara Osei", {"call_back_telephone": "+44 (0)7700 900-142"}, "same telephone"),
        (
            "Daniel Reyes",
            {"call_back_telephone": "07700900142", "date_of_birth": BORN},
            "name, same telephone",
        ),
    ],
)
def test_a_likely_duplicate_is_shown_and_nothing_is_stored_until_staff_say_it_is_another_person(
    nurse: StaffMember, name: str, fields: dict[str, Any], because: str
) -> None:
    known = here_already(nurse.clinic, name, **fields)
    client = staff_client(nurse)

    response = client.post(ENROL, TYPED)

    assert response.status_code == 422
    page, html = words(response), response.content.decode()
    assert "Nothing has been saved yet" in page
    assert because in page
    assert "Microneedling, face, 12 January 2026." in page
    assert patient_url(known) in html
    for typed in ("Daniel.Reyes@Test.Example", "1990-04-30", "after 17:00", "2026-01-12T08:30"):
        assert f'value="{typed}"' in html
    assert Patient.objects.get() == known

    assert client.post(ENROL, {**TYPED, "another_person": str(known.pk)}).status_code == 302
    assert Patient.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Amara Osei", {"date_of_birth": BORN}),  # the same birthday alone
        ("Daniel Reyes", {"date_of_birth": date(1990, 5, 1)}),  # the same name alone
        ("Amara Osei", {"call_back_telephone": "07700 900143"}),
        ("Amara Osei", {"call_back_telephone": "142"}),
    ],
)
def test_who_is_only_a_little_alike_is_not_in_the_way(
    nurse: StaffMember, name: str, fields: dict[str, Any]
) -> None:
    here_already(nurse.clinic, name, **fields)
    assert staff_client(nurse).post(ENROL, TYPED).status_code == 302


def test_a_patient_of_another_clinic_is_never_shown(nurse: StaffMember, other_clinic: Clinic) -> None:
    here_already(other_clinic, "Daniel Reyes", date_of_birth=BORN, call_back_telephone="07700 900142")
    assert staff_client(nurse).post(ENROL, TYPED).status_code == 302


def test_what_was_said_of_one_person_is_not_said_of_another(nurse: StaffMember) -> None:
    first = here_already(nurse.clinic, date_of_birth=BORN, call_back_telephone="07700 900142")
    second = here_already(nurse.clinic, "Daniel Reyes", date_of_birth=BORN)
    response = staff_client(nurse).post(ENROL, {**TYPED, "another_person": str(first.pk)})
    assert response.status_code == 422
    assert f"{first.pk},{second.pk}" in response.content.decode() or f"{second.pk},{first.pk}" in (
        response.content.decode()
    )


def test_the_answer_survives_a_slip_in_another_field(nurse: StaffMember) -> None:
    known = here_already(nurse.clinic, call_back_telephone="07700 900142")
    response = staff_client(nurse).post(ENROL, {**TYPED, "kind": "", "another_person": str(known.pk)})
    assert 'id="id_another_person" checked' in response.content.decode()


def test_two_people_of_one_address_are_told_apart_with_what_to_do(
    patient: Patient, nurse: StaffMember
) -> None:
    typed = {**TYPED, "email": "amara@test.example", "first_name": "Zoë"}
    for another in ("", str(patient.pk)):
        response = staff_client(nurse).post(ENROL, {**typed, "another_person": another})
        assert response.status_code == 422
        page = words(response)
        assert "Two people can't share one. Ask for an address of their own." in page
        assert "amara+zoe@test.example" in page
        assert patient_url(patient) in response.content.decode(), "who has it is one press away"
    assert Patient.objects.get() == patient
    assert not User.objects.filter(first_name="Zoë").exists()

    assert staff_client(nurse).post(ENROL, {**typed, "email": "amara+zoe@test.example"}).status_code == 302


def test_a_patient_of_another_clinic_is_enrolled_as_the_same_person(
    nurse: StaffMember, stranger: Patient
) -> None:
    typed = {**TYPED, "email": stranger.user.email, "first_name": "SÁM", "last_name": "test"}
    assert staff_client(nurse).post(ENROL, typed).status_code == 302
    assert set(stranger.user.patients.values_list("clinic", flat=True)) == {
        nurse.clinic_id,
        stranger.clinic_id,
    }
    stranger.user.refresh_from_db()
    assert str(stranger.user) == "Sam Test"


def test_the_address_of_somebody_with_another_name_elsewhere_is_refused_without_naming_them(
    nurse: StaffMember, stranger: Patient
) -> None:
    response = staff_client(nurse).post(ENROL, {**TYPED, "email": stranger.user.email})
    assert response.status_code == 422
    page = words(response)
    assert "Somebody with another name uses this e-mail address." in page
    assert "Sam Test" not in page
    assert stranger.user.patients.count() == 1


def test_a_staff_member_can_be_a_patient_too(nurse: StaffMember, clinician: StaffMember) -> None:
    typed = {**TYPED, "email": clinician.user.email, "first_name": "Tom", "last_name": "Test", "invite": "on"}
    assert staff_client(nurse).post(ENROL, typed).status_code == 302
    patient = Patient.objects.get()
    assert patient.user == clinician.user
    assert clinician.user.staff_memberships.get().role == StaffMember.Role.CLINICIAN
    assert staff_client(clinician).get("/clinic/").status_code == 200


def test_a_colleague_of_another_clinic_gets_nothing_to_do_here_by_being_a_patient(
    nurse: StaffMember, outsider: StaffMember
) -> None:
    typed = {**TYPED, "email": outsider.user.email, "first_name": "Olga", "last_name": "Test"}
    staff_client(nurse).post(ENROL, typed)
    assert staff_client(outsider).get(patient_url(Patient.objects.get())).status_code == 404
