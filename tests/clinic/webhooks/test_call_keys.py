"""The key that is pressed in a call, as Twilio posts it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.models import Alert, Reply
from aftercare.outbox.models import Message
from aftercare.people.models import Event, StaffMember
from clinic.webhooks.words import reply_words
from tests.clinic.webhooks.conftest import Press, number_of, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(emergency: Alert, nurse: StaffMember) -> Message:
    """What the nurse was told: a call has a message as an SMS has."""
    found: Message = Message.objects.get(kind="alert_dispatch", channel="sms", recipient=nurse.user)
    return found


def test_the_key_4_acknowledges_for_who_was_called(
    emergency: Alert, call: Message, nurse: StaffMember, press: Press
) -> None:
    answer = press(call.pk, "4")

    emergency.refresh_from_db()
    assert emergency.acknowledged_by == nurse.user
    assert said(answer).startswith(f"Alert {number_of(emergency)} is yours. Call the patient by ")
    assert Event.objects.get(verb="acknowledged").data == {"way": "call"}


@pytest.mark.parametrize("digits", ["5", "", "44", "*"])
def test_another_key_is_asked_for_again(emergency: Alert, call: Message, press: Press, digits: str) -> None:
    answer = press(call.pk, digits)

    assert f'<Gather action="/webhooks/twilio/calls/{call.pk}/keys/"' in answer.content.decode()
    assert "Press 4" in said(answer)
    emergency.refresh_from_db()
    assert emergency.status == "new"


def test_a_key_press_that_is_sent_again_acts_once(
    emergency: Alert, call: Message, nurse: StaffMember, press: Press
) -> None:
    press(call.pk, "4", sid="CA1")
    give_back(alert=emergency, by=nurse.user, now=timezone.now())

    press(call.pk, "4", sid="CA1")

    emergency.refresh_from_db()
    assert emergency.status == "new"


def test_somebody_who_was_first_is_named(
    emergency: Alert, call: Message, manager: StaffMember, press: Press
) -> None:
    acknowledge(alert=emergency, by=manager.user, now=timezone.now())

    assert said(press(call.pk, "4")) == (
        f"{manager.user} has alert {number_of(emergency)}. You need do nothing."
    )


def test_an_old_call_acknowledges_nothing(emergency: Alert, call: Message, press: Press) -> None:
    Message.objects.update(finished_at=timezone.now() - timedelta(days=365))

    assert "Nothing was changed." in said(press(call.pk, "4"))
    emergency.refresh_from_db()
    assert emergency.status == "new"


def test_a_call_that_nobody_made_and_a_wrong_signature_are_refused(
    emergency: Alert, call: Message, press: Press
) -> None:
    assert press(uuid.uuid4(), "4").status_code == 404
    assert press(call.pk, "4", token="b" * 32).status_code == 403
    assert press(call.pk, "4", sid="").status_code == 400


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (Reply.Result.YOURS, "It is yours."),
        (Reply.Result.TAKEN, "Somebody has it. You need do nothing."),
        (Reply.Result.CLOSED, "It is closed. You need do nothing."),
    ],
)
def test_an_alert_from_before_there_were_numbers_is_spoken_of_without_one(result: str, words: str) -> None:
    assert reply_words(Reply(result=result, number=None)) == words
