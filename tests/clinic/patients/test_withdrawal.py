"""Withdrawing a patient, and taking one back."""

from __future__ import annotations

import pytest

from aftercare.people.models import Event, Patient, Procedure, StaffMember
from tests.clinic.staff_client import alert_url, patient_url, staff_client, words
from tests.factories import at, check_in

pytestmark = [pytest.mark.usefixtures("course_set"), pytest.mark.frozen_at(at(81))]
WHY = "Said so on the telephone."


def test_a_patient_is_withdrawn_for_a_reason_and_taken_back(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(patient, 80, redness=2)
    client, path = staff_client(clinician), patient_url(patient, "withdraw/")
    assert "1 open alert stays open. Staff close it." in words(client.get(path))
    for told, said in (
        ({"reason": WHY}, "Tick “Withdraw this patient” to confirm."),
        ({"confirm": "on"}, "Say why the patient is withdrawn."),
    ):
        response = client.post(path, told)
        assert (response.status_code, said in words(response)) == (422, True)

    page = words(client.post(path, {"reason": WHY, "confirm": "on"}, follow=True))

    assert "Amara Test is withdrawn. No message goes to them any more." in page
    assert "Withdrawn on 15 January 2026, 19:00 by Tom Test ." in page
    assert "Enter a check-in" not in page
    alert = patient.alerts.open().get()
    assert "Withdrawn on 15 January 2026, 19:00 by Tom Test ." in words(client.get(alert_url(alert)))

    page = words(client.post(patient_url(patient, "take-back/"), follow=True))

    assert "Amara Test takes part again and can sign in." in page
    assert "withdrew the patient. “Said so on the telephone.”" in page
    assert "took the patient back." in page


def test_who_comes_second_reads_who_was_first(
    patient: Patient, clinician: StaffMember, manager: StaffMember
) -> None:
    told = {"reason": WHY, "confirm": "on"}
    path = patient_url(patient, "withdraw/")
    staff_client(manager).post(path, told)

    for response in (
        staff_client(clinician).post(path, told, follow=True),
        staff_client(clinician).get(path, follow=True),
    ):
        assert "Ann Test has withdrawn this patient at 19:00 already." in words(response)
    assert Event.objects.filter(verb=Event.Verb.WITHDREW).count() == 1
    back = patient_url(patient, "take-back/")
    staff_client(manager).post(back)
    assert "takes part already. Nothing was changed" in words(staff_client(clinician).post(back, follow=True))


def test_the_withdrawn_are_marked_in_the_list(patient: Patient, clinician: StaffMember) -> None:
    staff_client(clinician).post(patient_url(patient, "withdraw/"), {"reason": WHY, "confirm": "on"})
    assert "Amara Test Risk not asked Withdrawn" in words(staff_client(clinician).get("/clinic/patients/"))


def test_no_message_can_be_sent_to_who_is_withdrawn(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(patient, 80, redness=2)
    staff_client(clinician).post(patient_url(patient, "withdraw/"), {"reason": WHY, "confirm": "on"})
    alert = patient.alerts.open().get()

    response = staff_client(clinician).post(alert_url(alert, "letters"), {"template": "please_call"})

    assert response.status_code == 422
    assert "This patient is withdrawn. No message goes to them. Call instead." in words(response)
    assert not patient.letters.exists()
