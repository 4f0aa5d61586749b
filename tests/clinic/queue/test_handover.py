"""Calls to those who are silent, the patient's contact history, and the page for the next shift."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import correct_contact_attempt, record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import ContactAttempt
from aftercare.checkins.follow_up.non_response import record_missed_check_ins
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.clinic.staff_client import BANNER_QUERIES, QUEUE, patient_url, staff_client, words
from tests.factories import alert_of, at, someone

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(56))]
HANDOVER = "/clinic/handover/"


@pytest.fixture
def silent(patient: Patient, procedure: Procedure) -> Patient:
    """A patient without a check-in since the treatment."""
    found = someone(patient, "Ben", call_back_telephone="0161 496 0199")
    record_missed_check_ins(at(56))
    return found


def test_one_tap_in_the_list_records_a_call_and_shows_it(silent: Patient, nurse: StaffMember) -> None:
    url = patient_url(silent, "calls/")
    response = staff_client(nurse).post(url, {"result": "no_answer"}, headers={"HX-Request": "true"})
    attempt = ContactAttempt.objects.get()
    assert (attempt.patient, attempt.alert, attempt.by) == (silent, None, nurse.user)
    assert (attempt.result, attempt.at) == ("no_answer", at(56))
    assert "Ben Other: no answer. It is recorded." in words(response)
    assert "no answer 18:00, Ruth Test" in words(staff_client(nurse).get(QUEUE))


def test_a_long_list_of_the_silent_goes_on_in_the_handover(
    patient: Patient, silent: Patient, nurse: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clinic.queue.page.SILENT_SHOWN", 1)
    someone(patient, "Zoe")
    record_missed_check_ins(at(56))
    page = words(staff_client(nurse).get(QUEUE))
    assert "Not heard from 3" in page
    assert "2 more in the handover" in page
    assert "Zoe Other" not in page
    assert "Zoe Other" in words(staff_client(nurse).get(HANDOVER))


def test_a_call_before_the_silence_is_not_shown_as_an_answer_to_it(
    silent: Patient, nurse: StaffMember
) -> None:
    record_contact_attempt(patient=silent, by=nurse.user, now=at(-1), result="reached")
    assert "reached" not in words(staff_client(nurse).get(QUEUE))


def test_the_patients_page_keeps_every_call(silent: Patient, nurse: StaffMember) -> None:
    said = {"result": "left_message", "note": "With her mother."}
    assert staff_client(nurse).post(patient_url(silent, "calls/"), said).headers["Location"] == patient_url(
        silent
    )
    assert "Left a message, Ruth Test “With her mother.”" in words(
        staff_client(nurse).get(patient_url(silent))
    )


def test_a_call_that_says_nothing_is_refused_and_the_note_stays(silent: Patient, nurse: StaffMember) -> None:
    response = staff_client(nurse).post(patient_url(silent, "calls/"), {"note": "Half a note"})
    assert response.status_code == 422
    assert "Choose what happened." in words(response)
    assert "Half a note" in response.content.decode()
    assert not ContactAttempt.objects.exists()


def test_the_handover_holds_every_open_alert_and_everybody_silent(
    patient: Patient, silent: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    urgent = alert_of(patient, 55, signs=["pus"])
    acknowledge(alert=urgent, by=clinician.user, now=at(55.1))
    record_contact_attempt(
        patient=patient,
        alert=urgent,
        by=clinician.user,
        now=at(55.2),
        result="no_answer",
        note="Try at 19:00",
    )
    page = words(staff_client(nurse).get(HANDOVER))
    assert "Wednesday 14 January 2026, 18:00, for Larkfield Skin Clinic. Made by Ruth Test" in page
    assert "Open alerts 1 Amara Test" in page
    assert f"no answer 17:12, {clinician.user}: “Try at 19:00”" in page
    assert "Not heard from 1 Ben Other" in page
    assert "0161 496 0199 Nobody has tried to call yet" in page


def test_the_handover_prints_nothing_of_an_older_alert(
    patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    older = alert_of(patient, 50, signs=["hives"])
    told: dict[str, Any] = {"patient": patient, "alert": older, "by": clinician.user}
    record_contact_attempt(**told, now=at(50.2), result="no_answer", note="About the rash")
    newer = alert_of(patient, 51, signs=["pus"])
    record_contact_attempt(**told, now=at(51.2), result="left_message", note="Still about the rash")
    close(alert=older, by=clinician.user, now=at(52), outcome="advice_given", note="The rash is gone")

    page = words(staff_client(nurse).get(HANDOVER))

    assert "Open alerts 1 Amara Test" in page
    assert f"left a message 13:12, {clinician.user}" in page  # the newer one was open by then
    assert "rash" not in page.lower().replace("raised, itchy rash", "")
    record_contact_attempt(
        patient=patient, alert=newer, by=nurse.user, now=at(53), result="reached", note="Fluid"
    )
    assert f"reached 15:00, {nurse.user}: “Fluid”" in words(staff_client(nurse).get(HANDOVER))


def test_who_was_reached_is_no_longer_listed_as_silent(silent: Patient, nurse: StaffMember) -> None:
    client = staff_client(nurse)
    record_contact_attempt(patient=silent, by=nurse.user, now=at(55.8), result="no_answer")
    assert "Ben Other" in words(client.get(QUEUE))
    attempt = record_contact_attempt(patient=silent, by=nurse.user, now=at(55.9), result="reached")
    for path in (QUEUE, HANDOVER):
        assert "Ben Other" not in words(client.get(path))
    correct_contact_attempt(
        attempt=attempt, by=nurse.user, now=at(56), result="no_answer", kind="called", note=""
    )
    assert "no answer 17:54, Ruth Test" in words(client.get(QUEUE))


def test_an_empty_handover_says_so(nurse: StaffMember) -> None:
    page = words(staff_client(nurse).get(HANDOVER))
    assert "No alert is open." in page
    assert "Everybody who is due has checked in." in page


def test_the_handover_takes_as_many_queries_for_many_as_for_one(patient: Patient, nurse: StaffMember) -> None:
    alert_of(patient, 55, signs=["pus"])
    client = staff_client(nurse)
    client.get(HANDOVER)
    with CaptureQueriesContext(connection) as for_one:
        client.get(HANDOVER)
    for number in range(4):
        alert_of(someone(patient, f"P{number}"), 55, signs=["pus"])
    with CaptureQueriesContext(connection) as for_many:
        client.get(HANDOVER)
    assert len(for_many) == len(for_one) <= 9 + BANNER_QUERIES
