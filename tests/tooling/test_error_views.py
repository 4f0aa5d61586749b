"""The page for when the database is away: it keeps what was typed, and gives no key to anybody else's form."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from aftercare.people.models import Patient, Procedure, StaffMember
from tests.clinic.staff_client import staff_client, words

pytestmark = pytest.mark.usefixtures("procedure")
TOKEN = "0f0e1c84-94a6-4a6e-8f0b-8a0d7c2f7f10"


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be stored."""

    def fails(**_said: Any) -> None:
        raise OperationalError("terminating connection due to administrator command")

    monkeypatch.setattr("aftercare.checkins.form.posting.submit_check_in", fails)


def browser_of(patient: Patient) -> Client:
    """A browser that shows error pages, as in production."""
    client = staff_client(patient)
    client.raise_request_exception = False
    return client


@pytest.mark.usefixtures("away")
def test_what_was_typed_is_kept_to_be_sent_again(patient: Patient) -> None:
    typed = {"token": TOKEN, "redness": "2", "signs": ["pus", "hives"], "note": 'It is "hot"'}

    response = browser_of(patient).post("/check-in/", typed)

    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "no-store" in response.headers["Cache-Control"]
    page = response.content.decode()
    for field in (
        f'name="token" value="{TOKEN}"',
        'name="signs" value="pus"',
        'name="signs" value="hives"',
        'name="note" value="It is &quot;hot&quot;"',
    ):
        assert field in page
    assert "never counted twice" in page
    assert "Call your emergency number now" not in page


@pytest.mark.usefixtures("away")
def test_with_an_emergency_what_to_do_comes_first(patient: Patient) -> None:
    response = browser_of(patient).post("/check-in/", {"emergency": ["eye"]})

    assert response.content.decode().index("Call your emergency number now") < response.content.index(
        b"<form"
    )


@pytest.mark.usefixtures("away")
def test_the_page_makes_no_token_of_its_own(patient: Patient) -> None:
    response = browser_of(patient).post("/check-in/", {"token": TOKEN, "redness": "1"})

    assert response.status_code == 503
    assert "csrfmiddlewaretoken" not in response.content.decode()


@pytest.mark.usefixtures("away")
def test_what_another_site_posted_is_not_shown(patient: Patient) -> None:
    forged = {"token": TOKEN, "note": "Typed elsewhere.", "emergency": ["eye"]}
    response = browser_of(patient).post("/check-in/", forged, headers={"sec-fetch-site": "cross-site"})

    assert response.status_code == 503
    assert "Typed elsewhere." not in response.content.decode()
    assert "<form" not in response.content.decode()


def test_a_page_that_cannot_be_shown_says_when_to_come_again(
    patient: Patient, procedure: Procedure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: Any, **_named: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("aftercare.checkins.views.FormPage", fails)

    response = browser_of(patient).get("/check-in/")

    assert response.status_code == 503
    assert "<form" not in response.content.decode()


def test_a_fault_of_ours_is_not_taken_for_an_outage(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: Any) -> None:
        raise ValueError

    monkeypatch.setattr("aftercare.checkins.views.FormPage", fails)

    assert browser_of(patient).get("/check-in/").status_code == 500


@pytest.fixture
def too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement of each page takes longer than the time limit."""

    def sleeps(*_arguments: Any, **_said: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(5)")

    monkeypatch.setattr("aftercare.checkins.form.posting.submit_check_in", sleeps)
    monkeypatch.setattr("clinic.patients.search_views.patient_rows", sleeps)


@pytest.mark.usefixtures("too_slow")
def test_a_page_that_takes_too_long_says_so_and_what_to_do(nurse: StaffMember) -> None:
    client = staff_client(nurse)
    client.raise_request_exception = False

    response = client.get("/clinic/patients/search/")

    assert response.status_code == 503
    assert response.headers["Retry-After"]
    page = words(response)
    assert "This took too long We stopped it" in page
    assert "search for one longer word" in page
    assert "can’t reach our records" not in page


@pytest.mark.usefixtures("too_slow")
def test_a_form_that_takes_too_long_is_kept_to_be_sent_again(patient: Patient) -> None:
    response = browser_of(patient).post("/check-in/", {"token": TOKEN, "redness": "2"})

    assert response.status_code == 503
    page = words(response)
    assert "Your answers are not sent yet This took too long, so we stopped it." in page
    assert f'name="token" value="{TOKEN}"' in response.content.decode()


@pytest.mark.usefixtures("too_slow")
def test_a_page_that_takes_too_long_can_be_loaded_again(nurse: StaffMember) -> None:
    client = staff_client(nurse)
    client.raise_request_exception = False

    page = client.get("/clinic/patients/search/").content.decode()

    assert '<a class="btn btn-primary" href="">Load the page again</a>' in page
    assert 'href="/">Go to the start page</a>' in page


def test_a_form_of_staff_is_not_called_answers(
    patient: Patient, clinician: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_said: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("clinic.patients.withdrawal_views.withdraw_patient", fails)
    client = staff_client(clinician)
    client.raise_request_exception = False

    response = client.post(f"/clinic/patients/{patient.pk}/withdraw/", {"reason": "Moved.", "confirm": "on"})

    assert response.status_code == 503
    page = words(response)
    assert "This is not saved yet" in page
    assert "Everything you typed is still on this page." in page
    assert "Your answers" not in page
    assert "The clinic may not have this yet." not in page


def test_whoever_comes_by_a_wrong_address_is_told_the_right_one(settings: Any) -> None:
    settings.SITE_URL = "https://aftercare.example"

    response = Client(raise_request_exception=False).get("/", headers={"host": "elsewhere.example"})

    assert response.status_code == 400
    assert "This is not our address" in words(response)
    page = response.content.decode()
    assert '<a class="btn" href="https://aftercare.example/">Go to the start page</a>' in page
    assert "elsewhere.example" not in page


def test_what_cannot_be_read_leads_to_the_start_page_of_here() -> None:
    response = Client(raise_request_exception=False).get("/", {"q": "\0"})

    assert response.status_code == 400
    assert "We could not read that" in words(response)
    assert '<a class="btn" href="/">Go to the start page</a>' in response.content.decode()
