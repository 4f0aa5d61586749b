"""A patient leaves the portal: asked twice, signed out, kept for the clinic, and taken back by it."""

from __future__ import annotations

import pytest

from aftercare.outbox.models import Message
from aftercare.people.actions.withdrawal import take_back_patient
from aftercare.people.models import Clinic, Event, Patient, Procedure, StaffMember
from tests.checkins.posting import signed_in, text_of
from tests.clinic.staff_client import alert_url, patient_url, proved_client, staff_client, words
from tests.factories import PatientFactory, at, check_in

PATH = "/leave/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("course_set"), pytest.mark.frozen_at(at(26))]


def leave(patient: Patient, reason: str = "") -> str:
    response = proved_client(patient).post(PATH, {"sure": "yes", "reason": reason})
    assert response.status_code == 200
    return text_of(response)


def test_a_proof_is_asked_for_first(patient: Patient) -> None:
    client = signed_in(patient.user)
    for response in (client.get(PATH), client.post(PATH, {"sure": "yes"})):
        assert response["Location"].startswith("/accounts/reauthenticate/")
    patient.refresh_from_db()
    assert not patient.is_withdrawn


def test_the_pages_say_what_ends_and_what_stays_and_ask_twice(patient: Patient, procedure: Procedure) -> None:
    client = proved_client(patient)
    assert f'href="{PATH}"' in client.get("/accounts/").content.decode()
    page = text_of(client.get(PATH))
    assert "You can’t sign in or send a check-in any more." in page
    assert "keeps its record" in page
    assert "Leave now?" in text_of(client.post(PATH))
    patient.refresh_from_db()
    assert not patient.is_withdrawn


def test_who_leaves_is_signed_out_everywhere_and_told_whom_to_call(
    patient: Patient, procedure: Procedure
) -> None:
    other_device = signed_in(patient.user)
    page = leave(patient)
    assert "Your part in the portal has ended" in page
    assert patient.clinic.name in page
    assert "0161 496 0123" in page
    assert "In an emergency call 999" in page
    assert other_device.get("/check-ins/").status_code == 302
    patient.refresh_from_db()
    assert (patient.withdrawn_at, patient.withdrawn_by) == (at(26), patient.user)
    event = Event.objects.get(verb="withdrew")
    assert (event.actor, event.patient) == (patient.user, patient)
    assert not Message.objects.waiting().filter(recipient=patient.user).exists()


def test_open_alerts_stay_and_staff_read_that_the_patient_left(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(patient, 25, signs=["pus"])
    own = proved_client(patient)
    assert "You still need to call the clinic" in text_of(own.get(PATH)), "it leads this page too"
    leave(patient, "Moving away.")
    assert patient.alerts.open().exists()
    alert = patient.alerts.open()[0]
    client = staff_client(clinician)
    for path in (patient_url(patient), alert_url(alert)):
        assert "The patient left the portal on 13 January 2026, 12:00" in words(client.get(path))
    event = Event.objects.get(verb="withdrew")
    assert event.details == {"reason": "The patient left the portal. Moving away."}


def test_the_clinic_takes_the_patient_back(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    leave(patient)
    patient.refresh_from_db()
    take_back_patient(patient=patient, by=clinician.user, now=at(30))
    patient.user.refresh_from_db()
    assert signed_in(patient.user).get("/check-ins/").status_code == 200


def test_only_the_part_with_this_clinic_ends(patient: Patient, other_clinic: Clinic) -> None:
    elsewhere = PatientFactory.create(user=patient.user, clinic=other_clinic)
    client = proved_client(patient)
    assert "Your other clinics here stay." in text_of(client.get(PATH))
    client.post(PATH, {"sure": "yes"})
    left = {one.pk for one in (patient, elsewhere) if Patient.objects.get(pk=one.pk).is_withdrawn}
    assert len(left) == 1
    patient.user.refresh_from_db()
    assert signed_in(patient.user).get("/check-ins/").status_code == 200
