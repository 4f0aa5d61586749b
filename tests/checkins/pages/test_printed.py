"""The page that a patient prints for a doctor."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from aftercare.checkins.pages import printed
from aftercare.people.models import Patient, Procedure
from aftercare.people.treatments.details import LotEntry, TreatmentDetails
from aftercare.people.treatments.recording import record_details
from tests.checkins.posting import signed_in, text_of
from tests.clock import frozen_at
from tests.factories import ProcedureFactory, at, check_in

NOW_H = 26
pytestmark = [pytest.mark.usefixtures("course_set"), pytest.mark.frozen_at(at(NOW_H))]


@pytest.fixture
def client(patient: Patient, procedure: Procedure) -> Client:
    return signed_in(patient.user)


def test_a_check_in_is_printed_with_treatment_answers_advice_and_course(
    client: Client, patient: Patient
) -> None:
    patient.user.first_name, patient.user.last_name = "Zsofia", "Quillfeather"
    patient.user.save()
    patient.date_of_birth, patient.record_number = date(1981, 8, 23), "QF-7731"
    patient.save()
    check_in(patient, 10, redness=2, note="After the shower.")
    found = check_in(patient, 25, pain=None, signs=["pus"], came_back="redness", note="Sore.").check_in
    link = f"/check-ins/{found.pk}/print/"
    assert f'href="{link}"' in client.get(f"/check-ins/{found.pk}/").content.decode()
    response = client.get(link)
    page = text_of(response)
    assert "Patient Zsofia Quillfeather born 23 August 1981" in page
    assert "record QF-7731" in page
    assert "Treatment Microneedling, face Monday 12 January 2026, 10:00, 26 hours before this page" in page
    assert "Page made Tuesday 13 January 2026, 12:00 all times: Europe/London" in page
    assert "Answers of Tuesday 13 January 2026, 11:00" in page
    assert "Pain Not known" in page
    assert "Signs Pus bumps, or yellow or green fluid" in page
    said = page.split("What the portal said then")[1]
    assert "Call the clinic now. Today, not tomorrow." in said
    assert "0161 496 0123" in said
    course = page.split("Every entry")[1]
    assert "Note: After the shower." in course
    assert "Signs: Pus bumps" in course
    assert course.index("25 h after") < course.index("10 h after")
    assert "<title>For a doctor · " in response.content.decode()


def test_without_a_check_in_the_present_course_is_printed(client: Client, patient: Patient) -> None:
    assert "/check-ins/print/" not in client.get("/check-ins/").content.decode()
    assert "No check-in yet." in text_of(client.get("/check-ins/print/"))
    ProcedureFactory.create(patient=patient, area="neck", performed_at=at(-24 * 60))
    check_in(patient, -24 * 50, note="Of the neck.")
    check_in(patient, 20, note="Of the face.")
    assert 'href="/check-ins/print/"' in client.get("/check-ins/").content.decode()
    page = text_of(client.get("/check-ins/print/"))
    assert "Of the face." in page
    assert "Of the neck." not in page
    assert "Microneedling, neck" not in page


def test_of_changed_answers_the_page_says_so_and_the_table_has_the_newer(
    client: Client, patient: Patient
) -> None:
    first = check_in(patient, 20, redness=4).check_in
    check_in(patient, 21, described=at(20), supersedes=first, redness=2)
    page = text_of(client.get(f"/check-ins/{first.pk}/print/"))
    answers, course = page.split("Every entry")
    assert "These answers were changed later." in answers
    assert "Redness Very severe" in answers
    assert "Moderate" in course
    assert "Very severe" not in course.split("The same as drawings")[0]


def test_what_a_later_look_found_is_printed_beside_what_was_said_at_first(
    client: Client, patient: Patient
) -> None:
    first = check_in(patient, 25, redness=3).check_in
    check_in(patient, NOW_H, described=at(20), redness=0)
    page = text_of(client.get(f"/check-ins/{first.pk}/print/"))
    assert "Looked at again Tuesday 13 January 2026, 12:00 Redness went up." in page


def test_an_emergency_with_an_impossible_time_is_in_the_course(client: Client, patient: Patient) -> None:
    client.post("/check-in/", {"token": "0" * 32, "emergency": "faint", "observed_at": "noon"})
    found = patient.check_ins.get()
    assert not found.in_series
    course = text_of(client.get("/check-ins/print/")).split("Every entry")[1]
    assert "Right now: Faint, confused or very sleepy" in course


def test_a_long_course_is_cut_and_costs_no_more_queries(
    client: Client,
    patient: Patient,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(printed, "ROWS", 5)
    found = [check_in(patient, hours, note=f"Note {hours}.").check_in for hours in range(10, 18)]
    with frozen_at(at(NOW_H)), django_assert_max_num_queries(20):
        page: Any = client.get(f"/check-ins/{found[0].pk}/print/")
    course = text_of(page).split("Every entry")[1]
    assert "The newest 5. Earlier ones are in the portal." in course
    assert [hours for hours in range(10, 18) if f"Note {hours}." in course] == [13, 14, 15, 16, 17]


def test_who_treated_and_the_lots_stand_with_the_treatment_if_they_are_recorded(
    client: Client, procedure: Procedure
) -> None:
    before = text_of(client.get("/check-ins/print/"))
    assert "treated by" not in before
    assert "lot" not in before.split("Page made")[0].split()
    tip = LotEntry(kind="needle", number="AB-12", product="FineLine tip")
    record_details(procedure, TreatmentDetails(operator="Dr Zoë Marsh", lots=frozenset({tip})))

    page = text_of(client.get("/check-ins/print/"))

    assert "treated by Dr Zoë Marsh lot AB-12 (needle cartridge, FineLine tip)" in page
