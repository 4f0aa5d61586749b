"""Enrolling a patient, and recording a procedure with its warning."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from aftercare.people.models import Clinic, Event, IntakeQuestion, Patient, Procedure, StaffMember, User
from clinic.enrolment.actions import enrol_with_procedure
from tests.clinic.staff_client import ENROL, patient_url, staff_client, words
from tests.factories import alert_of, at, check_in

# The clock stands at Friday 16 January, 10:00 at the clinic.
pytestmark = [pytest.mark.usefixtures("clinic", "course_set"), pytest.mark.frozen_at(at(96))]

TYPED: dict[str, Any] = {
    "first_name": "Daniel",
    "last_name": "Reyes",
    "email": "Daniel.Reyes@Test.Example",
    "date_of_birth": "1990-04-30",
    "record_number": "L-7",
    "call_back_telephone": "07700 900142",
    "call_back_hours": "after 17:00",
    "time_zone": "Europe/London",
    "kind": "rf",
    "area": "cheeks",
    "performed_at": "2026-01-12T08:30",
    "iq7": "yes",
    "iq2": "yes",
    "rest_no": "on",
    "consent": "on",
}
TREATMENT = {"kind": "mn", "area": "face", "performed_at": "2026-01-15T15:00", "rest_no": "on"}


def test_enrolling_stores_the_patient_the_risk_and_the_procedure(nurse: StaffMember) -> None:
    response = staff_client(nurse).post(ENROL, TYPED)

    patient = Patient.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == patient_url(patient)
    assert (patient.user.email, str(patient.user)) == ("daniel.reyes@test.example", "Daniel Reyes")
    assert (patient.clinic, patient.record_number) == (nurse.clinic, "L-7")
    assert patient.date_of_birth == date(1990, 4, 30)
    assert (patient.call_back_telephone, patient.call_back_hours) == ("+447700900142", "after 17:00")
    assert (patient.intake, patient.at_risk) == (["iq2", "iq7"], True)
    procedure = patient.procedures.get()
    assert (procedure.kind, procedure.area) == ("rf", "cheeks")
    assert procedure.performed_at == datetime(2026, 1, 12, 8, 30, tzinfo=UTC)
    verbs = set(patient.events.values_list("verb", "actor"))
    assert verbs == {("enrolled", nurse.user.pk), ("recorded_procedure", nurse.user.pk)}


def test_the_time_of_the_treatment_is_read_on_the_clock_of_the_clinic(nurse: StaffMember) -> None:
    Clinic.objects.update(time_zone="America/New_York")
    staff_client(nurse).post(ENROL, {**TYPED, "call_back_telephone": "+44 7700 900142"})
    assert Procedure.objects.get().performed_at == datetime(2026, 1, 12, 13, 30, tzinfo=UTC)


def test_none_of_these_is_kept_as_an_answer(nurse: StaffMember) -> None:
    staff_client(nurse).post(ENROL, {**TYPED, "iq7": "", "iq2": "no"})
    patient = Patient.objects.get()
    assert (patient.intake, patient.at_risk) == ([], False)


@pytest.mark.parametrize("key", IntakeQuestion.values)
def test_the_risk_comes_from_four_of_the_intake_questions(nurse: StaffMember, key: str) -> None:
    staff_client(nurse).post(ENROL, {**TYPED, "iq7": "", "iq2": "", key: "yes"})
    assert Patient.objects.get().at_risk == (key in {"iq4", "iq7", "iq8", "iq10"})


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"first_name": ""}, "Give the first name."),
        ({"last_name": " "}, "Give the last name."),
        ({"email": ""}, "Give the e-mail address."),
        ({"email": "daniel"}, "Give an e-mail address, such as name@example.org."),
        ({"email": "AMARA@test.example"}, "A patient of this clinic has this e-mail address already."),
        ({"record_number": "L-1"}, "Another patient of this clinic has this record number."),
        ({"date_of_birth": ""}, "Give the date of birth."),
        ({"date_of_birth": "30 April"}, "Give a date, such as 30/04/1990."),
        ({"date_of_birth": "2026-01-17"}, "This date is still to come."),
        ({"date_of_birth": "1026-01-17"}, "This is too long ago."),
        ({"date_of_birth": "2023-02-29"}, "Give a date, such as 30/04/1990."),
        ({"language": "xx"}, "Choose a language from the list."),
        ({"call_back_telephone": ""}, "A nurse may have to call."),
        ({"call_back_telephone": "ask at the desk"}, "Give a telephone number, such as"),
        ({"time_zone": "Europe/Larkfield"}, "Choose a time zone from the list."),
        ({"kind": ""}, "Choose the kind of treatment."),
        ({"kind": "laser"}, "Choose microneedling or RF microneedling."),
        ({"area": ""}, "Choose the area."),
        ({"area": "everywhere"}, "Choose an area from the list."),
        ({"performed_at": ""}, "Give the date and the time of the treatment."),
        ({"performed_at": "yesterday"}, "Give a date and a time"),
        ({"performed_at": "2026-01-16T10:01"}, "This time is still to come."),
        ({"performed_at": "1990-04-29T10:00"}, "This is before the patient was born."),
        ({"rest_no": ""}, "Ask the questions that raise the risk, or say why they were not asked."),
        ({"iq10": "not_asked"}, "Ask the questions that raise the risk, or say why they were not asked."),
        ({"iq7": "perhaps"}, "Choose yes, no or not asked."),
        ({"skip_reason": "x" * 301}, "Write at most 300 characters."),
        ({"consent": ""}, "The patient has to agree first."),
    ],
)
def test_bad_input_is_named_beside_its_field_and_nothing_is_stored(
    patient: Patient, nurse: StaffMember, typed: dict[str, Any], said: str
) -> None:
    patient.record_number = "L-1"
    patient.save()

    response = staff_client(nurse).post(ENROL, {**TYPED, **typed})

    assert response.status_code == 422
    page = words(response)
    assert page.count(said) == 2, "once in the summary, once beside the field"
    assert "Nothing has been saved yet. What you typed is still here." in page
    assert Patient.objects.get() == patient
    assert not User.objects.filter(first_name="Daniel").exists()
    assert not Procedure.objects.exists()
    assert not Event.objects.filter(verb=Event.Verb.ENROLLED).exists()


def test_everything_typed_is_still_in_a_rejected_form(nurse: StaffMember) -> None:
    page = staff_client(nurse).post(ENROL, {**TYPED, "consent": ""}).content.decode()
    for value in ("Daniel", "1990-04-30", "L-7", "after 17:00", "2026-01-12T08:30"):
        assert f'value="{value}"' in page
    assert page.count("checked") == 4  # the kind, two intake questions, and no to the rest


def test_a_record_number_of_another_clinic_is_free_here(nurse: StaffMember, stranger: Patient) -> None:
    stranger.record_number = "L-7"
    stranger.save()
    assert staff_client(nurse).post(ENROL, TYPED).status_code == 302


def test_a_record_number_taken_at_the_same_moment_is_a_message_and_no_half_patient(
    patient: Patient, nurse: StaffMember
) -> None:
    patient.record_number = "L-7"
    patient.save()
    person = {"email": "new@test.example", "first_name": "N", "last_name": "N", "record_number": "L-7"}
    treatment = {"kind": "mn", "area": "face", "performed_at": at(90)}

    with pytest.raises(ValidationError, match="has just enrolled"):
        enrol_with_procedure(
            clinic=nurse.clinic, by=nurse.user, now=at(96), person=person, treatment=treatment
        )

    assert not User.objects.filter(email="new@test.example").exists()


def test_a_procedure_that_can_not_be_recorded_leaves_no_patient(nurse: StaffMember) -> None:
    person = {"email": "new@test.example", "first_name": "N", "last_name": "N"}
    treatment = {"kind": "mn", "area": "face", "performed_at": at(97)}
    with pytest.raises(ValidationError):
        enrol_with_procedure(
            clinic=nurse.clinic, by=nurse.user, now=at(96), person=person, treatment=treatment
        )
    assert not Patient.objects.exists()
    assert not User.objects.filter(email="new@test.example").exists()


def test_a_later_procedure_is_recorded_without_a_warning_where_nothing_is_open(
    procedure: Procedure, clinician: StaffMember
) -> None:
    client, url = staff_client(clinician), patient_url(procedure.patient, "procedures/new/")
    assert "Look before treating" not in words(client.get(url))

    response = client.post(url, TREATMENT)

    assert response.status_code == 302
    newest = procedure.patient.procedures.last()
    assert newest is not None
    assert newest.performed_at == datetime(2026, 1, 15, 15, tzinfo=UTC)
    assert not Event.objects.filter(verb=Event.Verb.WARNED).exists()


def test_over_an_open_alert_staff_are_warned_and_nothing_is_stored_until_they_confirm(
    procedure: Procedure, clinician: StaffMember
) -> None:
    patient = procedure.patient
    alert_of(patient, 70, unwell=["flu"])
    client, url = staff_client(clinician), patient_url(patient, "procedures/new/")
    assert "Look before treating This patient has open alerts: Aching all over." in words(client.get(url))

    warned = client.post(url, TREATMENT)
    assert warned.status_code == 422
    assert "Nothing has been saved yet" in words(warned)
    assert "Look before treating" in words(warned)
    assert 'value="2026-01-15T15:00"' in warned.content.decode()
    assert patient.procedures.count() == 1
    assert not Event.objects.filter(verb=Event.Verb.WARNED).exists()

    assert client.post(url, {**TREATMENT, "confirm": "yes"}).status_code == 302
    newest = patient.procedures.last()
    assert newest is not None
    event = Event.objects.get(verb=Event.Verb.WARNED)
    assert (event.subject, event.actor, event.patient) == (newest.pk, clinician.user, patient)
    assert patient.alerts.open().exists()


def test_after_a_recent_infection_staff_are_warned_even_if_its_alert_is_closed(
    procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(procedure.patient, 20, signs=["cold_sore"])
    client = staff_client(clinician)
    alert = procedure.patient.alerts.get()
    client.post(f"/clinic/alerts/{alert.pk}/close/", {"outcome": "prescribed", "note": "Seen."})
    page = words(client.get(patient_url(procedure.patient, "procedures/new/")))
    assert "In the past two weeks this patient has reported pus, a cold sore or redness that spreads." in page


def test_a_routine_alert_is_no_reason_to_warn(procedure: Procedure, clinician: StaffMember) -> None:
    alert_of(procedure.patient, 70, signs=["patches"])
    response = staff_client(clinician).post(patient_url(procedure.patient, "procedures/new/"), TREATMENT)
    assert response.status_code == 302


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"performed_at": "2026-01-16T10:01"}, "This time is still to come."),
        ({"performed_at": "1980-01-16T10:01"}, "This is before the patient was born."),
        ({"kind": ""}, "Choose the kind of treatment."),
        ({"area": "everywhere"}, "Choose an area from the list."),
    ],
)
def test_a_procedure_with_bad_input_is_not_recorded(
    procedure: Procedure, clinician: StaffMember, typed: dict[str, str], said: str
) -> None:
    Patient.objects.update(date_of_birth=date(1990, 4, 30))
    response = staff_client(clinician).post(
        patient_url(procedure.patient, "procedures/new/"), {**TREATMENT, **typed, "confirm": "yes"}
    )
    assert response.status_code == 422
    assert said in words(response)
    assert procedure.patient.procedures.count() == 1


def test_a_confirmation_survives_a_slip_in_another_field(
    procedure: Procedure, clinician: StaffMember
) -> None:
    alert_of(procedure.patient, 70, unwell=["flu"])
    url = patient_url(procedure.patient, "procedures/new/")
    response = staff_client(clinician).post(url, {**TREATMENT, "kind": "", "confirm": "yes"})
    assert 'name="confirm" value="yes"' in response.content.decode()


def test_a_nurse_enrols_and_leaves_later_procedures_to_a_clinician(
    procedure: Procedure, nurse: StaffMember
) -> None:
    client, url = staff_client(nurse), patient_url(procedure.patient, "procedures/new/")
    assert "Record a procedure" not in words(client.get(patient_url(procedure.patient)))

    for response in (client.get(url), client.post(url, TREATMENT)):
        assert response.status_code == 403
        assert "You are signed in as a nurse." in words(response)
    assert procedure.patient.procedures.count() == 1
