"""The clinic's details: managers change them, and every change says what it was before."""

from __future__ import annotations

from typing import Any

import pytest

from aftercare.checkins.models import ReminderPlan
from aftercare.checkins.pages.today import Today
from aftercare.people.models import Clinic, Event, Patient, Procedure, StaffMember
from clinic.administration.details_form import DAY_NAMES, DETAILS
from tests.clinic.staff_client import staff_client, words
from tests.clock import frozen_at
from tests.factories import PatientFactory, at, check_in

DETAILS_URL = "/clinic/details/"


def posted(clinic: Clinic, **changes: str) -> dict[str, str]:
    """The form as the page shows it, with what was typed over it."""
    shown = {name: "" if (kept := getattr(clinic, name)) is None else str(kept) for name in DETAILS}
    week = {day: ", ".join("-".join(part) for part in clinic.opening_hours.get(day, [])) for day in DAY_NAMES}
    return {**shown, **week, **changes}


def test_a_manager_changes_telephone_and_hours_and_patients_read_them(
    clinic: Clinic, manager: StaffMember
) -> None:
    before = clinic.telephone
    typed = posted(clinic, telephone="0161 496 0777", sat="9:00 to 12:30, 14.00–16:00", sun="")
    response = staff_client(manager).post(DETAILS_URL, typed)
    assert response.headers["Location"] == "/clinic/staff/"
    clinic.refresh_from_db()
    assert clinic.telephone == "0161 496 0777"
    assert clinic.opening_hours["sat"] == [["09:00", "12:30"], ["14:00", "16:00"]]
    event = Event.objects.get(verb=Event.Verb.CHANGED_CLINIC)
    assert event.details["before"]["telephone"] == before
    assert (event.actor, event.clinic) == (manager.user, clinic)


def test_saving_without_a_change_is_no_event(clinic: Clinic, manager: StaffMember) -> None:
    clinic.opening_hours = {day: clinic.opening_hours.get(day, []) for day in DAY_NAMES}
    clinic.save()
    assert staff_client(manager).post(DETAILS_URL, posted(clinic)).status_code == 302
    assert not Event.objects.filter(verb=Event.Verb.CHANGED_CLINIC).exists()


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"check_in_days": "every day"}, "Give days such as 0-7, 10, 14."),
        ({"check_in_days": "0-7, 113"}, "Give days from 0 to 112"),
        ({"mon": "nine to five"}, "Give hours such as 09:00-18:00"),
        ({"mon": "18:00-09:00"}, "Each stretch ends after it begins."),
        ({"mon": "09:00-13:00, 12:00-18:00"}, "Give the hours in order."),
        (dict.fromkeys(DAY_NAMES, ""), "Give at least one day"),
        ({"telephone": "call me"}, "Give a telephone number"),
        ({"out_of_hours_telephone": ""}, "This field is required."),
        ({"time_zone": "Mars/Base"}, "Choose a time zone"),
        ({"accent": "#ffff00"}, "white"),
        ({"photos_kept_months": "0"}, "Give a month or more"),
        ({"photos_kept_months": "1201"}, "Give 1200 months or fewer."),
        ({"photos_kept_months": "a year"}, "Enter a whole number"),
    ],
)
def test_bad_details_are_a_message_and_nothing_changes(
    clinic: Clinic, manager: StaffMember, typed: dict[str, str], problem: str
) -> None:
    response: Any = staff_client(manager).post(DETAILS_URL, posted(clinic, name="Half Done", **typed))
    assert response.status_code == 422
    assert problem in words(response)
    assert "Half Done" in response.content.decode()
    clinic.refresh_from_db()
    assert clinic.name != "Half Done"


def test_details_are_for_managers(nurse: StaffMember, outsider: StaffMember) -> None:
    assert staff_client(nurse).get(DETAILS_URL).status_code == 403
    assert staff_client(nurse).post(DETAILS_URL, {}).status_code == 403


def test_a_manager_sees_the_numbers_that_could_not_be_read(clinic: Clinic, manager: StaffMember) -> None:
    assert "Telephone numbers to check" not in words(staff_client(manager).get(DETAILS_URL))
    PatientFactory.create(clinic=clinic)
    Patient.objects.update(call_back_telephone="12")
    Clinic.objects.update(telephone="0161", emergency_number="12")
    page = words(staff_client(manager).get(DETAILS_URL))
    assert "Telephone: 0161 Emergency number: 12 1 patient" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"emergency_number": "12"}, "12 does not call for help in Europe/London."),
        ({"emergency_number": "911"}, "911 does not call for help in Europe/London."),
        ({"telephone": "12"}, "Give a telephone number, such as 0121 234 5678"),
        ({"adult_age": "11"}, "Give an age of 12 or more."),
        ({"adult_age": "26"}, "Give an age of 25 or less."),
    ],
)
def test_a_number_that_nobody_answers_is_refused(
    clinic: Clinic, manager: StaffMember, typed: dict[str, str], said: str
) -> None:
    response = staff_client(manager).post(DETAILS_URL, posted(clinic, **typed))
    assert response.status_code == 422
    assert said in words(response)


def test_the_line_for_people_who_cannot_phone_and_the_age_limit_are_kept(
    clinic: Clinic, manager: StaffMember
) -> None:
    line = "Text 999, or use Relay UK."
    staff_client(manager).post(DETAILS_URL, posted(clinic, cannot_phone=line, adult_age="16"))
    clinic.refresh_from_db()
    assert (clinic.cannot_phone, clinic.adult_age) == (line, 16)


def test_the_days_of_check_ins_are_changed_and_todays_page_follows(
    clinic: Clinic, manager: StaffMember, patient: Patient, procedure: Procedure
) -> None:
    plan = ReminderPlan.objects.create(patient=patient, counted_from=procedure.performed_at, next_at=at(200))
    client, page = staff_client(manager), "0-7, 10, 14, 21, 28, 42, 56, 84, 112"
    assert page in client.get(DETAILS_URL).content.decode()
    with frozen_at(at(60)):
        client.post(DETAILS_URL, posted(clinic, check_in_days="5, 1-2"))
        clinic.refresh_from_db()
        plan.refresh_from_db()
        assert (clinic.check_in_days, plan.next_at) == ([1, 2, 5], at(60))
    check_in(patient, 50)
    assert not Today.of(Patient.objects.get(), at(80)).is_due
    assert Today.of(Patient.objects.get(), at(5 * 24)).is_due
    assert "On Saturday, 17 January:" in str(check_in(patient, 81).check_in.advice)
    # The days that we recommend are kept as none of the clinic's own.
    with frozen_at(at(60.1)):
        client.post(DETAILS_URL, posted(clinic, check_in_days=page))
    clinic.refresh_from_db()
    assert clinic.check_in_days is None


def test_patients_are_asked_again_only_where_the_words_they_agree_to_have_changed(
    clinic: Clinic, manager: StaffMember
) -> None:
    versions = []
    for typed in (
        {"data_controller": "Larkfield Ltd, 1 High Street"},
        {"data_contact": "data@larkfield.example"},
        {"data_kept": "Eight years after the last treatment."},
        {"photos_kept_months": "6"},
    ):
        clinic.refresh_from_db()
        with frozen_at(at(30)):
            assert staff_client(manager).post(DETAILS_URL, posted(clinic, **typed)).status_code == 302
        clinic.refresh_from_db()
        versions.append(clinic.consent_version)
    assert versions == ["2.2", "2.2", "2.3", "2.4"]
    assert clinic.data_text_from == at(30).date()
