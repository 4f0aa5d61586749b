"""Sending a check-in: stored, refused with the form as typed, never lost."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest

from aftercare.checkins.models import CheckIn
from aftercare.people.models import Patient, Procedure, StaffMember
from tests.checkins.posting import ORDINARY_FORM, chosen, send, signed_in, stored, text_of
from tests.clock import frozen_at
from tests.factories import ProcedureFactory, at, check_in

NOW_H = 26
# The clock stands at Tuesday, 12:00: 26 hours after the procedure.
pytestmark = [pytest.mark.usefixtures("course_set"), pytest.mark.frozen_at(at(NOW_H))]


@pytest.fixture
def client(patient: Patient, procedure: Procedure) -> Any:
    return signed_in(patient.user)


def test_a_check_in_is_stored_and_leads_to_its_result(
    client: Any, patient: Patient, procedure: Procedure
) -> None:
    saved = stored(send(client, redness="2", note="Dry."))
    assert (saved.patient, saved.procedure, saved.submitted_by) == (patient, procedure, patient.user)
    assert (saved.submitted_at, saved.observed_at) == (at(NOW_H), at(NOW_H))
    assert saved.answers["redness"] == 2
    assert saved.note == "Dry."
    assert saved.advice["headline"] == "Your answers do not show a warning sign today"


def test_the_same_token_with_the_same_answers_leads_to_the_first_result(client: Any) -> None:
    token = str(uuid4())
    first, second = stored(send(client, token=token)), stored(send(client, token=token))
    assert first == second
    assert CheckIn.objects.count() == 1


def test_the_same_token_with_other_answers_is_a_correction(client: Any) -> None:
    token = str(uuid4())
    first = stored(send(client, token=token))
    assert stored(send(client, token=token, redness="2")).supersedes == first


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"redness": "5"}, "How red is the treated skin? We do not know the answer “5”."),
        ({"observed_at": "2026-01-13T12:06"}, "This time has not come yet."),
        ({"observed_at": "2026-01-12T09:59"}, "This time is before your treatment."),
        ({"observed_at": "2026-01-06T11:59"}, "This is too long ago. Give a time in the last 7 days."),
        ({"observed_at": "noon"}, "Give a date and a time, such as"),
        ({"signs": ["pus", "warts"]}, "We do not know the answer “warts”."),
        ({"signs": ["none", "spots"]}, "You ticked “None of these” and “Spots like you had before”."),
        ({"token": ""}, "Something in the form was missing."),
        ({"procedure": str(uuid4())}, "We do not know this treatment."),
        ({"supersedes": str(uuid4())}, "The check-in to correct was not found."),
        ({"note": "x" * 1_000_000}, "This is too long. Use at most 2,000 characters."),
    ],
)
def test_bad_input_brings_the_form_back_as_typed_with_what_to_mend(
    client: Any, fields: dict[str, Any], said: str
) -> None:
    response = send(client, pain="1", **fields)
    page = text_of(response)
    assert response.status_code == 422
    assert said in page
    assert "Nothing has been sent yet. All your answers are still here." in page
    assert ("pain", "1") in chosen(response)
    assert CheckIn.objects.count() == 0


def test_all_faults_are_said_at_once(client: Any) -> None:
    page = text_of(send(client, signs=["none", "spots"], observed_at="2026-01-13T13:00"))
    assert "Two answers need another look" in page
    assert "This time has not come yet." in page


def test_an_empty_form_is_refused(client: Any) -> None:
    response = client.post("/check-in/", {"token": str(uuid4()), "want_contact": "no"})
    assert response.status_code == 422
    assert "Nothing is answered yet." in text_of(response)


def test_a_refused_form_keeps_its_number_so_that_mending_it_stores_it_once(client: Any) -> None:
    token = str(uuid4())
    refused = send(client, token=token, redness="5")
    assert f'name="token" value="{token}"' in refused.content.decode()
    assert str(stored(send(client, token=token)).token) == token


def test_a_1_mb_note_is_shown_again_as_typed(client: Any) -> None:
    assert b"x" * 1_000_000 in send(client, note="x" * 1_000_000).content


def test_another_patients_check_in_cannot_be_corrected(client: Any, stranger: Patient) -> None:
    theirs = check_in(stranger, NOW_H - 1).check_in
    assert send(client, supersedes=str(theirs.pk)).status_code == 422
    assert not CheckIn.objects.filter(supersedes=theirs).exists()


def test_another_patients_procedure_cannot_be_named(client: Any, stranger: Patient) -> None:
    theirs = ProcedureFactory.create(patient=stranger)
    assert send(client, procedure=str(theirs.pk)).status_code == 422


@pytest.mark.parametrize(
    ("fields", "unreadable"),
    [
        ({"observed_at": "2030-01-01T00:00"}, {}),
        ({"observed_at": "noon"}, {"observed_at": "noon"}),
    ],
)
def test_an_emergency_with_an_impossible_time_is_dated_now_and_left_out_of_the_series(
    client: Any, fields: dict[str, Any], unreadable: dict[str, str]
) -> None:
    saved = stored(send(client, emergency="faint", **fields))
    assert (saved.level, saved.observed_at, saved.in_series) == ("emergency", at(NOW_H), False)
    assert saved.unreadable == unreadable


def test_an_emergency_in_an_otherwise_impossible_form_is_stored(client: Any, stranger: Patient) -> None:
    theirs = check_in(stranger, NOW_H - 1).check_in
    saved = stored(
        send(
            client,
            token="seven",
            emergency=["eye", "none", "warts"],
            redness="9",
            signs=["pus", "none"],
            procedure=str(uuid4()),
            supersedes=str(theirs.pk),
            note="x" * 3000,
        )
    )
    assert saved.level == "emergency"
    assert saved.answers["emergency"] == ["eye"]
    assert saved.answers["signs"] == ["pus"]
    assert saved.answers["redness"] is None
    assert len(saved.note) == 2000
    assert set(saved.unreadable) == {"token", "emergency", "redness", "signs", "note"}


def test_a_time_without_an_offset_is_in_the_patients_zone(client: Any, patient: Patient) -> None:
    patient.time_zone = "Europe/Athens"
    patient.save()
    assert stored(send(client, observed_at="2026-01-13T12:00")).observed_at == at(NOW_H - 2)


def test_a_patient_without_a_procedure_can_check_in(patient: Patient) -> None:
    client = signed_in(patient.user)
    page = text_of(client.get("/check-in/"))
    assert "since your treatment" not in page
    assert "came back" not in page
    assert stored(send(client, signs="pus")).level == "urgent"


@pytest.mark.parametrize(
    ("h", "earlier", "asked"),
    [(11.9, False, False), (12, False, True), (3, True, True)],
)
def test_a_return_is_asked_about_from_12_hours_on_or_after_an_earlier_check_in(
    client: Any, patient: Patient, h: float, earlier: bool, asked: bool
) -> None:
    if earlier:
        check_in(patient, 1)
    with frozen_at(at(h)):
        assert (b'name="came_back"' in client.get("/check-in/").content) is asked


@pytest.mark.parametrize(
    ("area", "days", "asked"),
    [("neck", 14, True), ("neck", 14.1, False), ("Face ", 3, False)],
)
def test_which_area_is_asked_where_two_were_treated_within_14_days(
    client: Any, patient: Patient, procedure: Procedure, area: str, days: float, asked: bool
) -> None:
    other = ProcedureFactory.create(
        patient=patient, area=area, performed_at=procedure.performed_at - timedelta(days=days)
    )
    page = client.get("/check-in/").content.decode()
    assert ("Which area is this about?" in page) is asked
    assert (str(other.pk) in page) is asked
    if asked:
        assert stored(send(client, procedure=str(other.pk))).procedure == other


def test_the_area_must_be_named_where_it_is_asked_about(
    client: Any, patient: Patient, procedure: Procedure
) -> None:
    neck = ProcedureFactory.create(patient=patient, area="neck", performed_at=at(1))
    refused = send(client)
    assert refused.status_code == 422
    assert "Choose an area. You can choose “More than one, or not sure”." in text_of(refused)
    assert 'name="procedure" value="several"' in refused.content.decode()
    assert not patient.check_ins.exists()

    assert stored(send(client, emergency="eye")).procedure == neck
    assert stored(send(client, procedure="several")).several_of == [str(neck.pk), str(procedure.pk)]


def test_a_correction_of_an_entry_about_several_starts_with_that(
    client: Any, patient: Patient, procedure: Procedure
) -> None:
    ProcedureFactory.create(patient=patient, area="neck", performed_at=at(1))
    first = check_in(patient, 20, is_several=True).check_in
    assert ("procedure", "several") in chosen(client.get(f"/check-in/?correct={first.pk}"))


LEADS_TO = re.compile(r'<noscript>\s*<meta http-equiv="refresh" content="0; url=([^"]+)">')


def test_a_browser_without_script_is_led_to_an_address_with_the_token_of_the_form(
    client: Any, patient: Patient
) -> None:
    (address,) = LEADS_TO.findall(client.get("/check-in/?empty=1").content.decode())
    address = unescape(address)
    assert address.startswith("/check-in/?empty=1&form=")
    token = address.partition("form=")[2]
    page = client.get(address).content.decode()
    assert f'name="token" value="{token}"' in page
    assert LEADS_TO.findall(page) == []

    saved = stored(send(client, token=token, redness="2"))
    again = client.get(address)
    assert "You sent this at 12:00" in text_of(again)
    assert f'name="token" value="{token}"' in again.content.decode()
    assert ("redness", "2") in chosen(again)
    assert "no-store" in again["Cache-Control"]
    assert patient.check_ins.get() == saved


def test_another_patients_token_opens_a_blank_form(client: Any, stranger: Patient) -> None:
    theirs = check_in(stranger, NOW_H - 1, redness=3).check_in
    assert chosen(client.get(f"/check-in/?form={theirs.token}")) == set()
    assert chosen(client.get("/check-in/?form=nothing")) == set()


def test_a_correction_starts_from_what_was_sent_and_takes_its_place(client: Any, patient: Patient) -> None:
    first = check_in(patient, 20, redness=3, signs=["pus"], want_contact=True, note="Sore.").check_in
    response = client.get(f"/check-in/?correct={first.pk}")
    page = response.content.decode()
    assert chosen(response) >= {
        ("redness", "3"),
        ("signs", "pus"),
        ("emergency", "none"),
        ("want_contact", "yes"),
    }
    assert "Sore.</textarea>" in page
    assert 'value="2026-01-13T06:00:00"' in page
    assert f'name="supersedes" value="{first.pk}"' in page
    corrected = stored(
        send(client, supersedes=str(first.pk), observed_at="2026-01-13T06:00:00", signs="none")
    )
    assert (corrected.supersedes, corrected.observed_at) == (first, first.observed_at)


def test_the_form_to_correct_an_emergency_begins_with_whom_to_call(client: Any, patient: Patient) -> None:
    first = check_in(patient, 25, emergency=["eye"]).check_in
    assert 'class="ask emergency"' in client.get(f"/check-in/?correct={first.pk}").content.decode()


def test_a_correction_keeps_the_procedure_that_was_named(
    client: Any, patient: Patient, procedure: Procedure
) -> None:
    ProcedureFactory.create(patient=patient, area="face", performed_at=at(20))
    first = check_in(patient, 25, procedure=procedure).check_in
    assert f'name="procedure" value="{procedure.pk}"' in (
        client.get(f"/check-in/?correct={first.pk}").content.decode()
    )


def test_a_correction_of_what_was_corrected_starts_from_what_stands(client: Any, patient: Patient) -> None:
    first = check_in(patient, 20, redness=3).check_in
    second = check_in(patient, 21, described=at(20), supersedes=first, redness=2).check_in
    assert f'value="{second.pk}"' in client.get(f"/check-in/?correct={first.pk}").content.decode()


@pytest.mark.parametrize("wanted", ["nothing", "8876795c-9a9b-4b9e-ad82-c294913d75a5"])
def test_what_does_not_exist_cannot_be_opened_for_correction(client: Any, wanted: str) -> None:
    assert client.get(f"/check-in/?correct={wanted}").status_code == 404


def test_another_patients_check_in_cannot_be_opened_for_correction(client: Any, stranger: Patient) -> None:
    theirs = check_in(stranger, NOW_H - 1).check_in
    assert client.get(f"/check-in/?correct={theirs.pk}").status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_form_does_not_exist_for_staff(nurse: StaffMember, method: str) -> None:
    response = getattr(signed_in(nurse.user), method)("/check-in/", ORDINARY_FORM)
    assert response.status_code == 404


def test_too_much_at_once_is_refused_with_a_page_that_says_so(client: Any) -> None:
    response = send(client, note="x" * 4_100_000)
    assert response.status_code == 400
    assert "Nothing was saved." in text_of(response)
