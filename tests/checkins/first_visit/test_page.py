"""The pages of the first visit: what is stored, what is refused, and that nothing waits for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from aftercare.checkins.models import CheckIn, ReminderPlan
from aftercare.people.models import Clinic, Event, Patient, Procedure
from tests.checkins.posting import chosen, send, signed_in, text_of
from tests.factories import at, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(6))]
PAGE = "/first-visit/"
TYPED: dict[str, Any] = {"consent": "2.1", "at_time": "19:30", "way": "email"}


@pytest.fixture
def client(patient: Patient, procedure: Procedure) -> Client:
    Patient.objects.update(consent_version="", consented_at=None)
    return signed_in(patient.user)


def agreed(patient: Patient) -> bool:
    found: Patient = Patient.objects.select_related("clinic").get(pk=patient.pk)
    return found.has_agreed


def test_the_first_page_after_the_sign_in_leads_there_once(client: Client) -> None:
    assert client.get("/").headers["Location"] == PAGE
    said = text_of(client.get(PAGE))
    for words in (
        "Welcome, Amara",
        "Nobody watches it round the clock. Staff read check-ins in opening hours, today until 18:00.",
        "it cannot tell you what is wrong",
        "Call 999 now",
        "My clinic may keep and read what I send here, to look after me.",
        "Text 2.1, of 1 December 2026.",
        "Shall we remind you?",
    ):
        assert words in said
    assert "consent" not in dict(chosen(client.get(PAGE)))
    today = client.get("/")
    assert today.status_code == 200
    assert "Three short steps" in text_of(today)


def test_one_tick_and_one_press_store_consent_and_reminders(client: Client, patient: Patient) -> None:
    done = client.post(PAGE, TYPED, follow=True)
    assert "Thank you." in text_of(done)
    assert "Three short steps" not in text_of(done)
    assert agreed(patient)
    assert ReminderPlan.objects.get().at_time.hour == 19
    assert client.get(PAGE).headers["Location"] == "/"


def test_no_way_ticked_means_no_reminders_whatever_the_hour(client: Client, patient: Patient) -> None:
    assert client.post(PAGE, {"consent": "2.1", "at_time": "02:30"}).status_code == 302
    assert agreed(patient)
    assert not ReminderPlan.objects.get().is_on


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"consent": []}, "Tick the box if you agree"),
        ({"consent": "1.0"}, "The text has changed meanwhile."),
        ({"at_time": "02:30"}, "Nothing is sent from 21:00 to 08:00."),
        ({"at_time": ""}, "Give a time, such as 18:00."),
        ({"way": "pigeon"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(
    client: Client, patient: Patient, typed: dict[str, Any], problem: str
) -> None:
    page = client.post(PAGE, {**TYPED, **typed})
    assert page.status_code == 422
    assert problem in text_of(page)
    if "at_time" not in typed:
        assert 'value="19:30"' in page.content.decode()
    assert not agreed(patient)
    assert not Event.objects.filter(verb=Event.Verb.AGREED).exists()


def test_a_second_tab_that_sends_later_changes_nothing(client: Client, patient: Patient) -> None:
    client.post(PAGE, TYPED)
    assert client.post(PAGE, {**TYPED, "at_time": "10:00"}).headers["Location"] == "/"
    assert ReminderPlan.objects.get().at_time.hour == 19
    assert Event.objects.filter(verb=Event.Verb.AGREED).count() == 1


def test_a_session_that_has_ended_asks_for_the_sign_in_and_leads_back(client: Client) -> None:
    assert Client().post(PAGE, TYPED).headers["Location"] == f"/accounts/login/code/?next={PAGE}"


def test_before_the_consent_numbers_guidance_and_form_are_open_and_a_check_in_is_taken(
    client: Client, patient: Patient
) -> None:
    for path in ("/guidance/", "/check-in/", "/check-ins/", "/timeline/", "/privacy/"):
        assert client.get(path).status_code == 200
    sent = send(client, emergency="breathing")
    assert sent.status_code == 302
    assert CheckIn.objects.get().level == "emergency"
    assert "Call 999 now" in text_of(client.get(sent.headers["Location"]))
    # Who has checked in is led nowhere else: the lead stands first.
    assert client.get("/").status_code == 200
    assert not agreed(patient)


def test_a_changed_text_is_asked_about_below_the_lead_and_blocks_nothing(
    client: Client, patient: Patient
) -> None:
    client.post(PAGE, TYPED)
    check_in(patient, 5, emergency=["breathing"])
    Clinic.objects.update(data_text_version=2, data_text_from=at(6).date())
    said = text_of(client.get("/"))
    assert said.index("Call 999 now") < said.index("The text on your data has changed")
    page = text_of(client.get(PAGE))
    assert "Text 2.2" in page
    assert "Shall we remind you?" not in page
    assert client.post(PAGE, {"consent": "2.1"}).status_code == 422
    assert client.post(PAGE, {"consent": "2.2"}).status_code == 302
    assert agreed(patient)
    assert "The text on your data has changed" not in text_of(client.get("/"))
    assert ReminderPlan.objects.get().at_time.hour == 19
