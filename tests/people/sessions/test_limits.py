"""Time limits of sessions: 15 minutes unused and 12 hours in all for staff, 28 days for patients."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from aftercare.people.models import Patient, StaffMember, User
from aftercare.people.sessions.locking import KEY
from aftercare.people.sessions.purging import purge_sessions
from tests.clinic.staff_client import QUEUE, proved_client, staff_client
from tests.clock import frozen_at
from tests.factories import MONDAY, PatientFactory

pytestmark = pytest.mark.django_db

SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
LOCKED = "/clinic/locked/"
POLL = {"Sec-Fetch-Mode": "cors"}


def signed_in_at(person: StaffMember | Patient, instant: datetime = MONDAY) -> Client:
    with frozen_at(instant):
        return staff_client(person)


def proved_client_at(person: StaffMember) -> Client:
    with frozen_at(MONDAY):
        return proved_client(person)


def get(client: Client, path: str, instant: datetime, headers: dict[str, str] | None = None) -> Any:
    with frozen_at(instant):
        return client.get(path, headers=headers)


def is_open(client: Client, instant: datetime) -> bool:
    """Open the queue as a person does; False if it leads to the sign-in."""
    response = get(client, QUEUE, instant)
    assert response.status_code in {200, 302}
    return bool(response.status_code == 200)


def test_after_15_minutes_without_use_nobody_is_signed_in(nurse: StaffMember) -> None:
    client = signed_in_at(nurse)
    assert is_open(client, MONDAY + 15 * MINUTE - SECOND)
    assert is_open(client, MONDAY + 29 * MINUTE)
    assert not is_open(client, MONDAY + 44 * MINUTE)
    assert not is_open(client, MONDAY + 44 * MINUTE + SECOND)


def test_a_form_that_is_posted_counts_as_use(nurse: StaffMember) -> None:
    client = signed_in_at(nurse)
    with frozen_at(MONDAY + 10 * MINUTE):
        assert client.post("/accounts/session/").json()["left"] == 15 * 60
    assert is_open(client, MONDAY + 24 * MINUTE)


@pytest.mark.parametrize(
    "path", [QUEUE, "/clinic/queue/", "/accounts/session/", "/clinic/locked/counts/", "/clinic/patients/"]
)
def test_what_a_script_asks_for_by_itself_is_no_use(nurse: StaffMember, path: str) -> None:
    client = signed_in_at(nurse)
    for minute in range(1, 15):
        get(client, path, MONDAY + minute * MINUTE, POLL)
    assert not is_open(client, MONDAY + 15 * MINUTE)


def test_the_poll_of_the_queue_is_no_use_in_a_browser_that_says_nothing(nurse: StaffMember) -> None:
    client = signed_in_at(nurse)
    for minute in range(1, 15):
        get(client, "/clinic/queue/", MONDAY + minute * MINUTE)
    assert not is_open(client, MONDAY + 15 * MINUTE)


def test_a_page_that_is_fetched_ahead_is_no_use(nurse: StaffMember) -> None:
    client = signed_in_at(nurse)
    get(client, QUEUE, MONDAY + 10 * MINUTE, {"Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch"})
    assert not is_open(client, MONDAY + 15 * MINUTE)


def test_a_form_saved_by_itself_is_no_use(nurse: StaffMember) -> None:
    client = signed_in_at(nurse)
    with frozen_at(MONDAY + 10 * MINUTE):
        client.post("/accounts/session/", {"autosave": "1"})
    assert not is_open(client, MONDAY + 15 * MINUTE)


def test_after_12_hours_staff_sign_in_again_however_busy_they_are(nurse: StaffMember) -> None:
    client = signed_in_at(nurse)
    for minute in range(10, 12 * 60, 10):
        assert is_open(client, MONDAY + minute * MINUTE)
    assert is_open(client, MONDAY + 12 * HOUR - SECOND)
    assert not is_open(client, MONDAY + 12 * HOUR)


def test_a_clock_that_is_set_back_signs_nobody_out_and_lengthens_nothing(nurse: StaffMember) -> None:
    client = signed_in_at(nurse, MONDAY + DAY)
    assert is_open(client, MONDAY)
    assert not is_open(client, MONDAY + 16 * MINUTE)


def test_a_session_from_before_is_counted_from_its_first_page_of_staff(nurse: StaffMember) -> None:
    client = signed_in_at(nurse, MONDAY - DAY)
    with frozen_at(MONDAY - DAY):
        session = client.session
        for key in ("is_staff_session", "signed_in_at", "used_at"):
            del session[key]
        session.save()
    assert is_open(client, MONDAY)
    assert not is_open(client, MONDAY + 15 * MINUTE)


def test_who_is_both_patient_and_staff_counts_as_staff(nurse: StaffMember) -> None:
    PatientFactory.create(clinic=nurse.clinic, user=nurse.user)
    client = signed_in_at(nurse)
    assert get(client, "/check-ins/", MONDAY + MINUTE).status_code == 200
    assert get(client, "/check-ins/", MONDAY + 16 * MINUTE).status_code == 302


def test_a_patient_who_becomes_staff_counts_as_staff_from_then_on(patient: Patient) -> None:
    client = signed_in_at(patient)
    StaffMember.objects.create(clinic=patient.clinic, user=patient.user, role=StaffMember.Role.NURSE)
    assert is_open(client, MONDAY + DAY)
    assert not is_open(client, MONDAY + DAY + 15 * MINUTE)


def test_an_editor_counts_as_staff_and_comes_back_to_the_same_page() -> None:
    call_command("add_editor", "eve@test.example")
    editor = User.objects.get(email="eve@test.example")
    with frozen_at(MONDAY):
        client = Client()
        client.force_login(editor)
    assert get(client, "/admin/", MONDAY + 10 * MINUTE).status_code == 200
    with frozen_at(MONDAY + 30 * MINUTE):
        response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == f"{LOCKED}?next=%2Fadmin%2F"
    assert "Locked for" in response.content.decode()


def test_patients_stay_signed_in_for_28_days_after_their_last_use(patient: Patient) -> None:
    client = signed_in_at(patient)
    for days in (20, 40, 67):
        assert get(client, "/check-ins/", MONDAY + days * DAY).status_code == 200
    assert get(client, "/check-ins/", MONDAY + 96 * DAY).status_code == 302


def test_a_page_writes_no_use_twice_in_a_minute(
    nurse: StaffMember, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in_at(nurse)
    get(client, "/accounts/session/", MONDAY)
    with frozen_at(MONDAY + 59 * SECOND), django_assert_num_queries(2) as seen:
        client.post("/accounts/session/")
    assert not [query for query in seen.captured_queries if query["sql"].startswith("UPDATE")]
    with frozen_at(MONDAY + 60 * SECOND), django_assert_num_queries(6) as seen:
        client.post("/accounts/session/")
    written = [
        query["sql"].split()[1] for query in seen.captured_queries if query["sql"].startswith("UPDATE")
    ]
    assert written == ['"usersessions_usersession"', '"django_session"']


def test_sessions_that_ran_out_are_deleted_and_the_list_with_them(
    nurse: StaffMember, patient: Patient
) -> None:
    old, young = signed_in_at(nurse), signed_in_at(patient, MONDAY + 20 * DAY)
    for client, person, instant in ((old, nurse, MONDAY), (young, patient, MONDAY + 20 * DAY)):
        UserSession.objects.create(
            user=person.user, ip="10.0.0.1", session_key=client.session.session_key, last_seen_at=instant
        )
    assert purge_sessions(MONDAY + 29 * DAY) == 2
    assert [one.user for one in UserSession.objects.all()] == [patient.user]
    assert Session.objects.count() == 1
    assert purge_sessions(MONDAY + 29 * DAY) == 0


def test_a_locked_session_holds_no_proof(nurse: StaffMember) -> None:
    client = proved_client_at(nurse)
    assert not is_open(client, MONDAY + 15 * MINUTE)
    with frozen_at(MONDAY + 15 * MINUTE):
        assert client.session[KEY]["why"] == "unused"
        assert "account_authentication_methods" not in client.session
