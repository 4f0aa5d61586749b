"""The page on which staff change how a patient is reached and named."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from aftercare.people.models import Event, Patient, Procedure, StaffMember
from tests.clinic.staff_client import patient_url, proved_client, words
from tests.clock import frozen_at
from tests.factories import StaffMemberFactory, at

pytestmark = [pytest.mark.usefixtures("clinic", "course_set"), pytest.mark.frozen_at(at(96))]

TYPED: dict[str, Any] = {
    "first_name": "Amara",
    "last_name": "Osei",
    "email": "Amara.Osei@Test.Example",
    "date_of_birth": "1992-02-29",
    "record_number": "L-7",
    "call_back_telephone": "07700 900142",
    "call_back_hours": "after 17:00",
    "language": "uk",
    "time_zone": "Europe/Kyiv",
}


@pytest.fixture
def url(procedure: Procedure) -> str:
    return patient_url(procedure.patient, "edit/")


def test_it_shows_what_is_stored_and_stores_what_is_typed(
    nurse: StaffMember, patient: Patient, url: str
) -> None:
    client = proved_client(nurse)
    assert 'value="amara@test.example"' in client.get(url).content.decode()

    response = client.post(url, TYPED, follow=True)

    page = words(response)
    assert "The old address and its invitation no longer sign in." in page
    assert "Amara Osei" in page
    patient = Patient.objects.get()
    assert (patient.user.email, patient.user.language) == ("amara.osei@test.example", "uk")
    assert (patient.date_of_birth, patient.time_zone) == (date(1992, 2, 29), "Europe/Kyiv")
    event = Event.objects.get(verb=Event.Verb.CHANGED_DETAILS)
    assert (event.actor, event.patient) == (nurse.user, patient)


def test_saving_what_is_there_already_changes_nothing(nurse: StaffMember, url: str) -> None:
    client = proved_client(nurse)
    client.post(url, TYPED)
    response = client.post(url, TYPED, follow=True)
    assert "You changed nothing" in words(response)
    assert Event.objects.filter(verb=Event.Verb.CHANGED_DETAILS).count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "sam@test.example"}, "Somebody else signs in with this address."),
        ({"email": "amara"}, "Give an e-mail address"),
        ({"first_name": ""}, "Give the first name."),
        ({"date_of_birth": "2026-01-17"}, "This date is still to come."),
        ({"date_of_birth": "2026-01-13"}, "The first treatment was before this date."),
        ({"date_of_birth": "2023-02-29"}, "Give a date, such as 30/04/1990."),
        ({"call_back_telephone": "at the desk"}, "Give a telephone number, such as"),
        ({"time_zone": "Europe/Larkfield"}, "Choose a time zone from the list."),
    ],
)
def test_bad_input_is_named_and_nothing_is_stored(
    nurse: StaffMember, stranger: Patient, patient: Patient, url: str, typed: dict[str, str], said: str
) -> None:
    response = proved_client(nurse).post(url, {**TYPED, **typed})
    assert response.status_code == 422
    assert words(response).count(said) == 2, "once in the summary, once beside the field"
    assert 'value="after 17:00"' in response.content.decode()
    patient.refresh_from_db()
    assert (patient.call_back_telephone, patient.user.email) == ("", "amara@test.example")


def test_what_a_colleague_changed_meanwhile_is_not_undone_unawares(
    nurse: StaffMember, clinician: StaffMember, patient: Patient, url: str
) -> None:
    def seen(page: str) -> str:
        found = re.search(r'name="seen" value="(\w+)"', page)
        assert found
        return found[1]

    client = proved_client(nurse)
    before = seen(client.get(url).content.decode())
    proved_client(clinician).post(url, {**TYPED, "call_back_telephone": "07700 900199"})

    stale = client.post(url, {**TYPED, "seen": before})

    assert stale.status_code == 422
    assert "Somebody else changed these details while you were typing." in words(stale)
    assert Patient.objects.get().call_back_telephone == "+447700900199"
    again = client.post(url, {**TYPED, "seen": seen(stale.content.decode())})
    assert again.status_code == 302
    assert Patient.objects.get().call_back_telephone == "+447700900142"


def test_the_name_and_address_of_a_colleague_are_not_changed_here(
    nurse: StaffMember, patient: Patient, url: str
) -> None:
    StaffMemberFactory.create(user=patient.user, clinic=patient.clinic)
    client = proved_client(nurse)
    page = words(client.get(url))
    assert page.count("This person signs in at another clinic too, so it can’t be changed here.") == 3
    client.post(url, TYPED)
    patient = Patient.objects.get()
    assert (str(patient.user), patient.user.email) == ("Amara Test", "amara@test.example")
    assert patient.call_back_telephone == "+447700900142"


@pytest.mark.parametrize(
    ("on", "age"),
    [((2026, 2, 28), "33"), ((2026, 3, 1), "34"), ((2028, 2, 28), "35"), ((2028, 2, 29), "36")],
)
def test_who_was_born_on_29_february_grows_older_on_1_march_in_other_years(
    nurse: StaffMember, patient: Patient, on: tuple[int, int, int], age: str
) -> None:
    Patient.objects.update(date_of_birth=date(1992, 2, 29))
    with frozen_at(date(*on)):
        assert f"Born 29 February 1992, {age} years." in words(proved_client(nurse).get(patient_url(patient)))
