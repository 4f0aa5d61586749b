"""Calls by Twilio on this machine: what is spoken, and what each of its answers means."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from aftercare.outbox import registry
from aftercare.outbox.models import ChannelState, Message
from aftercare.outbox.registry import Content
from tests.factories import at
from tests.outbox.wire import KIND, Wire, swept
from tools.servers.providers.answering import Answer, running
from tools.servers.providers.twilio import TOKEN, Twilio

MakeMessage = Callable[..., Message]
pytestmark = pytest.mark.django_db
NUMBER = "+447700900163"
SAID = "Larkfield Skin Clinic. EMERGENCY alert 4711. Answer by 10:25."


@pytest.fixture
def twilio(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twilio]:
    monkeypatch.setattr(
        registry, "_points", [(lambda points: dict.fromkeys(points, NUMBER), lambda *_: None)]
    )
    monkeypatch.setattr(registry, "_sender_names", [lambda ids: dict.fromkeys(ids, "Larkfield Skin Clinic")])
    settings.SITE_URL = "https://aftercare.example"
    with running(Twilio()) as server:
        settings.VOICE_URL, settings.TWILIO_API = server.voice_url, server.api
        settings.CHANNEL_HOSTS = ("127.0.0.1",)
        yield server


@pytest.fixture
def call(make_message: MakeMessage) -> Callable[..., Message]:
    def make(**fields: Any) -> Message:
        return make_message(channel=Message.Channel.VOICE, point=uuid.uuid4(), sender=1, **fields)

    return make


def says(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    content = Content(subject="A long subject", body="A long body", path="/clinic/", **fields)
    monkeypatch.setitem(registry._renderers, KIND, lambda *_: content)


def state_of(message: Message) -> tuple[str, str, str]:
    message.refresh_from_db()
    return message.state, message.failure, message.error


def test_a_call_says_the_text_twice_and_how_to_take_it_on(
    twilio: Twilio, call: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, short="EMERGENCY alert 4711. Answer by 10:25.", has_own_link=True)
    message = call()

    swept(at())

    assert state_of(message) == ("sent", "", "")
    (made,) = twilio.calls
    text = f"{SAID} Press 4 to say that you have it."
    assert made.to == NUMBER
    assert made.said == [text, text, "No key was pressed. The alert is still waiting."]
    assert made.keys_url == f"https://aftercare.example/webhooks/twilio/calls/{message.pk}/keys/"
    assert 'rate="slow"' in made.twiml


def test_a_call_that_nothing_can_be_answered_to_asks_for_no_key(
    twilio: Twilio, call: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, short="1234 is your code.", spoken="Your code is: 1, 2, 3, 4.")
    call()

    swept(at())

    (made,) = twilio.calls
    assert made.said == ["Larkfield Skin Clinic. Your code is: 1, 2, 3, 4."] * 2
    assert made.keys_url == ""


def test_what_is_spoken_cannot_become_a_command(
    twilio: Twilio, call: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "Larkfield</Say><Dial>+449098790000</Dial><Say>"
    monkeypatch.setattr(registry, "_sender_names", [lambda ids: dict.fromkeys(ids, name)])
    call()

    swept(at())

    assert "<Dial>" not in twilio.calls[0].twiml
    assert twilio.calls[0].said[0].startswith(name)


@pytest.mark.parametrize("code", [21211, 21214, 21217])
def test_a_number_that_is_none_is_not_called_again(twilio: Twilio, call: MakeMessage, code: int) -> None:
    twilio.answers = [Answer(400, f'{{"code": {code}, "status": 400}}')]
    message = call()

    swept(at())
    swept(at(60))

    assert state_of(message) == ("failed", "permanent", "gateway answered 400")
    assert len(twilio.received) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(401, '{"code": 20003}'),
        Answer(403),
        Answer(500),
        Answer(503),
        Answer(400, '{"code": 21210}'),  # our own number may not call
        Answer(400, '{"code": 21215}'),  # the account may not call this country
    ],
)
def test_what_concerns_every_call_pauses_the_line(twilio: Twilio, call: MakeMessage, answer: Answer) -> None:
    twilio.answers = [answer]
    first, second = call(), call()

    swept(at())

    assert state_of(first)[:2] == state_of(second)[:2] == ("retrying", "")
    assert ChannelState.objects.get(pk="voice").outages == 1
    assert swept(at(2)) == 2
    assert {state_of(first)[0], state_of(second)[0]} == {"sent"}


def test_a_service_that_wants_no_more_calls_is_left_alone_for_as_long_as_it_says(
    twilio: Twilio, call: MakeMessage
) -> None:
    twilio.answers = [Answer(429, headers={"Retry-After": "30"})]
    call()

    swept(at())

    assert ChannelState.objects.get(pk="voice").paused_until == at() + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        (Answer(201, '{"sid": "CA1", "status": "failed"}'), "gateway answered 201 with an error inside"),
        (Answer(200, '{"code": 21211, "error": "no"}'), "gateway answered 200 with an error inside"),
        (Answer(200, "<html>"), "gateway answered 200, which is no success"),
        (Answer(307, "", {"Location": "/"}), "gateway answered 307"),
    ],
)
def test_an_answer_that_is_no_call_is_no_success(
    twilio: Twilio, call: MakeMessage, inside: Answer, why: str
) -> None:
    twilio.answers = [inside]
    message = call()

    swept(at())
    assert state_of(message) == ("retrying", "", why)
    assert swept(at(1)) == 1


def test_a_dead_telephone_service_holds_no_mail_back(
    twilio: Twilio, call: MakeMessage, make_message: MakeMessage, wire: Wire, settings: Settings
) -> None:
    settings.TWILIO_API = "http://127.0.0.1:9"
    message, mail = call(), make_message()

    swept(at())

    assert state_of(message) == ("retrying", "", "gateway: ConnectionError")
    assert wire.sent == [mail.pk]


@pytest.mark.usefixtures("twilio")
def test_calls_go_to_no_address_that_is_not_allowed(call: MakeMessage, settings: Settings) -> None:
    settings.CHANNEL_HOSTS = ()
    message = call()

    swept(at())

    assert state_of(message) == ("retrying", "", "gateway: RefusedAddressError")


def test_no_number_and_no_token_is_logged(
    twilio: Twilio, call: MakeMessage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    twilio.answers = [Answer(401), Answer(400, '{"code": 21211}')]
    call()

    swept(at())
    swept(at(2))

    assert "answered 400" in caplog.text
    assert NUMBER not in caplog.text
    assert TOKEN not in caplog.text


def test_an_sms_by_twilio_goes_to_the_same_region(
    twilio: Twilio, make_message: MakeMessage, settings: Settings
) -> None:
    settings.SMS_URL = twilio.sms_url
    message = make_message(channel=Message.Channel.SMS, point=uuid.uuid4(), sender=1)

    swept(at())

    assert state_of(message) == ("sent", "", "")
    assert [(sms.to, sms.text) for sms in twilio.sms] == [(NUMBER, "Larkfield Skin Clinic: Something waits")]
    twilio.stopped = {NUMBER}
    refused = make_message(channel=Message.Channel.SMS, point=uuid.uuid4(), sender=1)
    swept(at(1))
    assert state_of(refused) == ("failed", "permanent", "gateway answered 400")
