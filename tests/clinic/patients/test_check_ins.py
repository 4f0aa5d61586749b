"""A check-in that staff enter for a patient on the telephone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from aftercare.alerts.models import Dispatch
from aftercare.checkins.models import CheckIn
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from tests.checkins.posting import ORDINARY_FORM, signed_in, text_of
from tests.clinic.staff_client import alert_url, patient_url, staff_client, words
from tests.factories import ProcedureFactory, at, check_in

pytestmark = [pytest.mark.usefixtures("course_set", "procedure"), pytest.mark.frozen_at(at(50))]


def send(patient: Patient, by: StaffMember, **fields: Any) -> Any:
    told = {"token": str(uuid4()), **ORDINARY_FORM, **fields}
    return staff_client(by).post(patient_url(patient, "check-ins/new/"), told)


def test_the_form_asks_what_the_patient_is_asked_on_the_patients_clock(
    patient: Patient, nurse: StaffMember
) -> None:
    Patient.objects.filter(pk=patient.pk).update(time_zone="Asia/Tokyo")

    page = words(staff_client(nurse).get(patient_url(patient, "check-ins/new/")))

    assert "Check-in for Amara Test" in page
    assert "Wednesday 14 January, 21:00" in page
    assert "(Asia/Tokyo)" in page
    asked = text_of(signed_in(patient.user).get("/check-in/"))
    for question in ("How red is the treated skin?", "Do you have any of these right now?"):
        assert question in page
        assert question in asked


def test_it_is_stored_judged_and_told_as_the_patients_own_and_says_who_entered_it(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    response = send(patient, nurse, signs=["pus"], note="On the left cheek.")

    stored = CheckIn.objects.get()
    assert response.headers["Location"] == patient_url(patient, f"check-ins/{stored.pk}/")
    assert (stored.submitted_by, stored.is_by_staff) == (nurse.user, True)
    assert (stored.observed_at, stored.submitted_at, stored.procedure) == (at(50), at(50), procedure)
    assert (stored.level, stored.note) == ("urgent", "On the left cheek.")
    assert Event.objects.get(verb=Event.Verb.SUBMITTED_FOR).actor == nurse.user
    assert patient.alerts.get().rule == "pus"
    assert Dispatch.objects.get().event == stored.pk


def test_staff_read_out_word_for_word_what_the_patient_would_have_read(
    patient: Patient, nurse: StaffMember
) -> None:
    send(patient, nurse, signs=["pus"])
    stored = CheckIn.objects.get()

    response = staff_client(nurse).get(patient_url(patient, f"check-ins/{stored.pk}/"))

    page = words(response)
    assert response.content.decode().count('data-level="urgent"') == 1
    assert "Read this out to Amara Test" in page
    assert "entered by staff ( Ruth Test )" in page
    advice = stored.advice
    said = [
        advice["headline"],
        advice["lead"],
        advice["meaning"],
        *advice["meanwhile"],
        *advice["emergency_signs"],
    ]
    theirs = words(signed_in(patient.user).get(f"/check-ins/{stored.pk}/"))
    for sentence in said:
        assert sentence in page
        assert sentence in theirs
    assert f'href="{alert_url(patient.alerts.get())}"' in response.content.decode()


def test_history_and_evidence_are_marked_as_entered_by_staff(patient: Patient, nurse: StaffMember) -> None:
    send(patient, nurse, signs=["pus"], redness="2")
    client = staff_client(nurse)

    page = words(client.get(patient_url(patient)))
    # The list of check-ins, the table of the chart, and the words of the drawing of redness.
    assert page.count("entered by staff (Ruth Test)") >= 3
    assert "50 h entered by staff (Ruth Test)" in page
    page = words(client.get(alert_url(patient.alerts.get())))
    assert "entered by staff (Ruth Test) 12:00." in page
    assert "Ruth Test entered a check-in for the patient" in page
    own = signed_in(patient.user)
    assert "entered by the clinic" in text_of(own.get("/check-ins/"))
    assert "Entered for you by the clinic." in text_of(own.get(f"/check-ins/{CheckIn.objects.get().pk}/"))


def test_the_patients_own_check_ins_are_not_marked(patient: Patient, nurse: StaffMember) -> None:
    check_in(patient, 49, signs=["pus"])
    for path in (patient_url(patient), alert_url(patient.alerts.get())):
        assert "entered by staff" not in words(staff_client(nurse).get(path))
    assert "entered by the clinic" not in text_of(signed_in(patient.user).get("/check-ins/"))


def test_the_same_form_sent_twice_is_one_check_in(patient: Patient, nurse: StaffMember) -> None:
    token = str(uuid4())
    first, second = (send(patient, nurse, token=token, signs=["pus"]) for _tap in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"observed_at": "2026-01-20T10:00"}, "This time has not come yet."),
        ({"observed_at": "2026-01-11T10:00"}, "This time is before your treatment."),
        ({"observed_at": "noon"}, "Give a date and a time"),
        ({"token": ""}, "Something in the form was missing."),
        (dict.fromkeys([*ORDINARY_FORM, "emergency"], ""), "Nothing is answered yet."),
    ],
)
def test_what_is_wrong_is_said_and_the_form_is_as_typed(
    patient: Patient, nurse: StaffMember, changed: dict[str, Any], said: str
) -> None:
    note = "" if "note" in changed else "Typed before."
    response = send(patient, nurse, **{"note": note, **changed})
    assert response.status_code == 422
    assert said in words(response)
    assert note in words(response)
    assert not CheckIn.objects.exists()


def test_an_emergency_is_taken_whatever_else_is_wrong(patient: Patient, nurse: StaffMember) -> None:
    response = send(patient, nurse, emergency=["breathing"], observed_at="noon")
    assert response.status_code == 302
    page = words(staff_client(nurse).get(response.headers["Location"]))
    assert "Call 999 now" in page
    assert CheckIn.objects.get().unreadable == {"observed_at": "noon"}


def test_an_earlier_time_is_read_on_the_patients_clock(patient: Patient, nurse: StaffMember) -> None:
    Patient.objects.filter(pk=patient.pk).update(time_zone="Asia/Tokyo")
    send(patient, nurse, observed_at="2026-01-14T18:00")
    assert CheckIn.objects.get().observed_at == at(47)


def test_of_two_areas_the_one_is_chosen(patient: Patient, nurse: StaffMember) -> None:
    neck = ProcedureFactory.create(patient=patient, area="neck", performed_at=at(-20))
    assert "Which area" in words(staff_client(nurse).get(patient_url(patient, "check-ins/new/")))
    send(patient, nurse, procedure=str(neck.pk))
    assert CheckIn.objects.get().procedure == neck


def test_it_ends_the_silence_of_the_patient(patient: Patient, nurse: StaffMember) -> None:
    from aftercare.checkins.follow_up.non_response import non_responders, record_missed_check_ins

    record_missed_check_ins(at(49))
    send(patient, nurse)
    assert not non_responders([patient.clinic_id]).exists()


def test_for_who_is_withdrawn_nothing_is_entered(
    patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    staff_client(clinician).post(patient_url(patient, "withdraw/"), {"reason": "By letter.", "confirm": "on"})
    response = send(patient, nurse)
    assert response.status_code == 302
    assert not CheckIn.objects.exists()
