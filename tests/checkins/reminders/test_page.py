"""The patient's page of reminders: hour, ways, quiet hours, later, stop and start."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from aftercare.checkins.models import Reminder, ReminderPlan
from aftercare.outbox.models import Message
from aftercare.people.models import Event, Patient, Procedure
from tests.checkins.posting import signed_in, text_of
from tests.checkins.reminders.world import reminders, run, with_plan
from tests.factories import at, check_in
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(6))]
PAGE = "/reminders/"
SAVED = {"at_time": "19:30", "way": "email", "quiet_from": "21:00", "quiet_until": "08:00"}


@pytest.fixture
def client(patient: Patient, procedure: Procedure) -> Client:
    return signed_in(patient.user)


def save(client: Client, **fields: Any) -> Any:
    return client.post(PAGE, {**SAVED, **fields})


def test_the_page_says_when_reminders_come_and_the_account_leads_there(client: Client) -> None:
    said = text_of(client.get(PAGE))
    assert "Every day at 18:00 until Monday 19 January. Then less often." in said
    assert "By the clock of London. Nothing from 21:00 to 08:00." in said
    assert "E-mail to a" in said
    assert "amara@test.example" not in said
    assert 'href="/reminders/"' in client.get("/accounts/").content.decode()


def test_another_hour_is_stored_and_the_next_reminder_comes_then(client: Client, patient: Patient) -> None:
    assert save(client).status_code == 302
    assert "Every day at 19:30" in text_of(client.get(PAGE))
    assert [run(at(h)) for h in (8, 9.49, 9.5)] == [0, 0, 1]
    event = Event.objects.get(verb=Event.Verb.CHANGED_REACH)
    assert (event.patient, event.actor, event.data) == (patient, patient.user, {"reminders": "changed"})


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"at_time": "02:30"}, "Nothing is sent from 21:00 to 08:00."),
        ({"at_time": "20:45"}, "Choose a time at least 30 minutes before."),
        ({"at_time": "07:59"}, "Nothing is sent from 21:00 to 08:00."),
        ({"at_time": ""}, "Give a time, such as 18:00."),
        ({"at_time": "25:00"}, "Give a time, such as 18:00."),
        ({"way": []}, "Tick one way, or stop the reminders below."),
        ({"way": "sms"}, "Select a valid choice."),
        ({"quiet_from": "08:00"}, "Give two different times."),
    ],
)
def test_what_cannot_be_is_refused_in_words(client: Client, fields: dict[str, Any], problem: str) -> None:
    page = save(client, **fields)
    assert page.status_code == 422
    assert problem in text_of(page)
    assert ReminderPlan.objects.get().at_time.hour == 18


def test_the_edges_of_the_quiet_hours_are_taken(client: Client) -> None:
    assert [save(client, at_time=clock).status_code for clock in ("08:00", "20:30")] == [302, 302]


def test_somebody_who_works_at_night_is_reminded_at_0230(client: Client) -> None:
    assert save(client, at_time="02:30", quiet_from="09:00", quiet_until="17:00").status_code == 302
    assert run(at(16.5)) == 1


def test_ways_are_those_that_the_patient_has_proved(
    client: Client, patient: Patient, gateway: Provider, make_point: MakePoint
) -> None:
    assert "SMS to" not in text_of(client.get(PAGE))
    make_point(patient.user, agreed_at=at(0))
    assert "SMS to 07700 900163" in text_of(client.get(PAGE))
    assert save(client, way=["sms", "email"]).status_code == 302
    plan = ReminderPlan.objects.get()
    assert (plan.by_push, plan.by_sms, plan.by_email) == (False, True, True)


def test_reminders_are_stopped_in_one_press_and_started_again(client: Client) -> None:
    run(at(6))
    assert "Reminders are stopped." in text_of(client.post(PAGE, {"act": "stop"}, follow=True))
    assert [run(at(h)) for h in (8, 32)] == [0, 0]
    assert "Start reminders again" in text_of(client.get(PAGE))

    assert "Reminders come again." in text_of(client.post(PAGE, {"act": "start"}, follow=True))
    assert run(at(56)) == 1


@pytest.mark.parametrize(("hours", "when"), [(1, "17:00"), (3, "19:00")])
def test_a_reminder_in_some_hours_comes_instead_of_the_planned_one(
    client: Client, patient: Patient, hours: int, when: str
) -> None:
    assert "Busy now? Today’s check-in is still open." in text_of(client.get(PAGE))
    said = text_of(client.post(PAGE, {"act": "later", "hours": str(hours)}, follow=True))
    assert f"We remind you at {when}." in said
    assert "Busy now?" not in said
    [message] = reminders()
    assert message.next_attempt_at == at(6 + hours)
    assert [run(at(h)) for h in (8, 10)] == [0, 0]


def test_asking_twice_leaves_one(client: Client) -> None:
    for hours in ("3", "1"):
        client.post(PAGE, {"act": "later", "hours": hours})
    assert [one.state for one in reminders()] == [Message.State.WITHDRAWN, Message.State.PENDING]


@pytest.mark.frozen_at(at(9))
def test_later_is_not_offered_where_it_would_be_quiet(client: Client) -> None:
    said = text_of(client.get(PAGE))
    assert "1 hour" in said
    assert "3 hours" not in said
    refused = text_of(client.post(PAGE, {"act": "later", "hours": "3"}, follow=True))
    assert "That is in your quiet hours. Nothing was changed." in refused
    assert "Choose 1 or 3 hours." in text_of(client.post(PAGE, {"act": "later", "hours": "2"}, follow=True))
    assert not Reminder.objects.exists()


def test_later_is_not_offered_once_checked_in_or_without_a_planned_check_in(
    client: Client, patient: Patient
) -> None:
    check_in(patient, 5)
    assert "Busy now?" not in text_of(client.get(PAGE))


def test_a_patient_without_a_procedure_reads_that_nothing_is_planned(stranger: Patient) -> None:
    said = text_of(signed_in(stranger.user).get(PAGE))
    assert "No check-in is planned now." in said


def test_the_hour_is_by_the_patients_zone(client: Client, patient: Patient) -> None:
    Patient.objects.update(time_zone="Asia/Kathmandu")
    with_plan(patient, next_at=at(6))
    assert "By the clock of Kathmandu." in text_of(client.get(PAGE))
    assert [run(at(h)) for h in (8, 26.24, 26.25)] == [0, 0, 1]


def test_the_clock_of_the_phone_is_taken_over_where_the_patient_ticks_it(
    client: Client, patient: Patient
) -> None:
    assert save(client, at_time="18:00", zone="Asia/Kathmandu").status_code == 302
    patient.refresh_from_db()
    assert patient.time_zone == "Asia/Kathmandu"
    assert [run(at(h)) for h in (8, 26.25)] == [0, 1]
    refused = save(client, zone="Mars/Base")
    assert refused.status_code == 422
    assert "Give a time zone such as Europe/London." in text_of(refused)
