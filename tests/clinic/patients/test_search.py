"""Finding a patient, and narrowing the list of patients."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from aftercare.checkins.follow_up.non_response import record_missed_check_ins
from aftercare.people.actions.patient_details import change_details
from aftercare.people.models import Patient, StaffMember
from clinic.patient_search import SEARCHES, find_patients
from tests.clinic.staff_client import PATIENTS, staff_client, words
from tests.factories import PatientFactory, UserFactory, at, check_in, someone

pytestmark = pytest.mark.frozen_at(at(96))

SEARCH = f"{PATIENTS}search/"


def look_for(client: Client, typed: str) -> Any:
    return client.post(SEARCH, {"words": typed}, follow=True)


FOUND = [
    ("amara", True),
    ("Test Amara", True),
    ("mar", True),
    ("L-77", True),
    ("l77", True),
    ("07700 900142", True),
    ("+44 7700 900142", True),
    ("900142", True),
    ("30/04/1990", True),
    ("30.4.1990", True),
    ("1990-04-30", True),
    ("01/05/1990", False),
    ("31/02/1990", False),
    ("Sam", False),
    ("L-7", False),
    ("0142 9", False),
    ("#", False),
    ("%%", False),
]


@pytest.mark.parametrize(("typed", "found"), FOUND)
def test_a_patient_is_found_by_name_birth_date_record_number_or_telephone(
    patient: Patient, stranger: Patient, nurse: StaffMember, typed: str, found: bool
) -> None:
    patient.record_number, patient.call_back_telephone = "L-77", "(07700) 900-142"
    patient.date_of_birth = date(1990, 4, 30)
    patient.save()
    response = look_for(staff_client(nurse), typed)
    page = words(response)
    assert response.status_code == 200
    assert ("Amara Test" in page) == found
    assert "Sam Test" not in page


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        ("Zoë", "Osei", "Zoe"),
        ("Zoe", "Osei", "ZOË"),
        ("Ann", "Müller-Lee", "muller"),
        ("Ann", "Müller-Lee", "Lee ann"),
        ("Łukasz", "Kowal", "lukasz"),
        ("Søren", "Ågård", "soren agard"),
        ("Orla", "O’Neill", "o'neill"),
        ("Orla", "O'Neill", "oneill"),
        ("José", "Peña", "jose pen"),
        ("İpek", "Işık", "ipek isik"),
    ],
)
def test_accents_make_no_difference(nurse: StaffMember, first: str, last: str, typed: str) -> None:
    user = UserFactory.create(first_name=first, last_name=last)
    known = PatientFactory.create(clinic=nurse.clinic, user=user)
    assert list(find_patients([nurse.clinic], typed)) == [known]


def test_another_name_or_record_number_is_found_from_now_on(patient: Patient, nurse: StaffMember) -> None:
    details = {"first_name": "Zoë", "record_number": "B 12"}
    change_details(patient=patient, by=nurse.user, now=at(96), details=details)
    assert list(find_patients([nurse.clinic], "zoe")) == [patient]
    assert list(find_patients([nurse.clinic], "b12")) == [patient]
    assert not find_patients([nurse.clinic], "amara")


def test_patients_so_far_are_found_after_the_migration(patient: Patient, nurse: StaffMember) -> None:
    Patient.objects.update(search_text="")
    assert not find_patients([nurse.clinic], "amara")
    import_module("aftercare.people.migrations.0013_find_the_patients_so_far").fill(apps, None)
    assert list(find_patients([nurse.clinic], "amara")) == [patient]


def test_names_and_numbers_are_found_by_an_index(patient: Patient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'people_patient'")
        indexes = " ".join(definition for (definition,) in cursor.fetchall())
        assert "gin (search_text gin_trgm_ops)" in indexes
        assert "gin (call_back_telephone gin_trgm_ops)" in indexes
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN "
            + str(Patient.objects.filter(search_text__contains="amara").query).replace("%amara%", "'%amara%'")
        )
        assert "patient_by_search_text" in str(cursor.fetchall())


def test_a_single_letter_finds_nobody_and_says_why(patient: Patient, nurse: StaffMember) -> None:
    page = words(look_for(staff_client(nurse), "a"))
    assert "Amara" not in page
    assert "Type at least two letters" in page


def test_a_search_is_a_page_whose_address_names_nobody(patient: Patient, nurse: StaffMember) -> None:
    client = staff_client(nurse)
    answer = client.post(SEARCH, {"words": "Amara"})
    assert answer.status_code == 302
    address = answer.headers["Location"]
    assert urlsplit(address).path == SEARCH
    assert "amara" not in address.casefold()
    # Gone back to, loaded again, and beside another search in another tab.
    client.post(SEARCH, {"words": "nobody"})
    for _ in range(2):
        assert "Amara Test" in words(client.get(address))
    assert "This search is over. Type it again." in words(staff_client(nurse).get(address))
    assert "Type at least two letters" in words(client.get(SEARCH))
    assert "Amara Test" not in words(client.get(f"{SEARCH}?words=Amara"))


def test_the_session_keeps_the_last_twenty_searches(nurse: StaffMember) -> None:
    client = staff_client(nurse)
    for number in range(25):
        client.post(SEARCH, {"words": f"word {number}"})
    assert [typed for _key, typed in client.session[SEARCHES]] == [f"word {n}" for n in range(5, 25)]


def listed(response: Any) -> list[str]:
    return [row.patient.user.first_name for row in response.context["rows"]]


@pytest.mark.usefixtures("course_set", "procedure")
def test_the_list_is_narrowed_by_what_was_chosen(patient: Patient, nurse: StaffMember) -> None:
    """Amara has an open alert, Ben is silent, Cleo has no procedure, and Dina was treated long ago."""
    check_in(patient, 90, signs=["pus"])
    ben = someone(patient, "Ben")
    record_missed_check_ins(at(96))
    cleo = PatientFactory.create(clinic=patient.clinic, user=UserFactory.create(first_name="Cleo"))
    dina = someone(patient, "Dina")
    dina.procedures.update(performed_at=at(96) - timedelta(days=20))
    Patient.objects.filter(pk=dina.pk).update(call_back_telephone="0161 496 0123 ext 5")
    client = staff_client(nurse)
    for query, names in (
        ("who=alert", ["Amara"]),
        ("who=silent", ["Ben"]),
        ("who=none", ["Cleo"]),
        ("who=number", ["Dina"]),
        ("day=4-7", ["Amara", "Ben"]),
        ("day=15-28", ["Dina"]),
        ("day=0-1", []),
        ("who=alert&day=4-7", ["Amara"]),
        ("who=alert&day=15-28", []),
        ("who=nonsense&day=nonsense", ["Amara", "Ben", "Cleo", "Dina"]),
    ):
        assert sorted(listed(client.get(f"{PATIENTS}?{query}"))) == names, query
    assert "Nobody fits" in words(client.get(f"{PATIENTS}?day=0-1"))
    assert ben.clinic == cleo.clinic


def test_a_further_page_keeps_what_was_chosen(nurse: StaffMember) -> None:
    PatientFactory.create_batch(51, clinic=nurse.clinic)
    page = staff_client(nurse).get(f"{PATIENTS}?who=none").content.decode()
    assert 'href="?who=none&amp;page=2"' in page
    assert len(listed(staff_client(nurse).get(f"{PATIENTS}?who=none&page=2"))) == 1


def test_a_number_that_could_not_be_read_is_marked_for_staff(patient: Patient, nurse: StaffMember) -> None:
    Patient.objects.filter(pk=patient.pk).update(call_back_telephone="0161 496 0123 ext 5")
    page = staff_client(nurse).get(PATIENTS)
    assert "0161 496 0123 ext 5 Check" in words(page)
    assert 'href="tel:+441614960123"' in page.content.decode()
