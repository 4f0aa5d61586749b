"""SMS by a gateway on this machine: what leaves, and what each of its answers means."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from aftercare.outbox import registry
from aftercare.outbox.channels.short_texts import length_of
from aftercare.outbox.models import ChannelState, Message
from aftercare.outbox.registry import Content
from tests.factories import at
from tests.outbox.wire import KIND, Wire, swept
from tools.servers.providers.answering import Answer, Provider, provider

MakeMessage = Callable[..., Message]
pytestmark = pytest.mark.django_db
NUMBER = "+447700900163"
LINK = "https://aftercare.example/clinic/alerts/6c1f0d3a-6d3c-4d59-8d0c-4c1f6b1f0d3a/"


@pytest.fixture
def gateway(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setattr(
        registry, "_points", [(lambda points: dict.fromkeys(points, NUMBER), lambda *_: None)]
    )
    monkeypatch.setattr(registry, "_sender_names", [lambda ids: dict.fromkeys(ids, "Larkfield Skin Clinic")])
    with provider() as running:
        settings.SMS_URL, settings.CHANNEL_HOSTS = running.sms_url, ("127.0.0.1",)
        settings.SITE_URL = "https://aftercare.example"
        yield running


@pytest.fixture
def sms(make_message: MakeMessage) -> Callable[..., Message]:
    def make(**fields: Any) -> Message:
        return make_message(channel=Message.Channel.SMS, point=uuid.uuid4(), sender=1, **fields)

    return make


def state_of(message: Message) -> tuple[str, str, str]:
    message.refresh_from_db()
    return message.state, message.failure, message.error


def says(monkeypatch: pytest.MonkeyPatch, short: str) -> None:
    content = Content(subject="A long subject", body="A long body", short=short, path=LINK[25:])
    monkeypatch.setitem(registry._renderers, KIND, lambda *_: content)


def test_an_sms_says_who_sends_it_what_is_asked_and_the_link_last(
    gateway: Provider, sms: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "Urgent: a check-in needs a person. Answer by 10:24.")
    message = sms()

    swept(at())

    assert state_of(message) == ("sent", "", "")
    text = f"Larkfield Skin Clinic: Urgent: a check-in needs a person. Answer by 10:24. {LINK}"
    assert gateway.texts == [(NUMBER, text)]
    assert length_of(text) <= 160


def test_the_name_of_the_clinic_gives_way_in_one_segment(
    gateway: Provider, sms: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "Urgent: a message did not arrive: a check-in needs a person."
    says(monkeypatch, said)
    sms()

    swept(at())

    text = gateway.texts[0][1]
    assert text == f"Larkfield Skin: {said} {LINK}"
    assert length_of(text) <= 160


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("A patient’s number is wrong – call", "A patient's number is wrong - call"),
        ("Café à la “carte”…", 'Café à la "carte"...'),
        ("Žluťoučký", "Zlutoucky"),
        # No letter of GSM's alphabet stands for these: the SMS has the room of its other alphabet.
        ("Срочно", "Срочно"),
    ],
)
def test_a_text_is_put_into_the_alphabet_of_gsm_where_it_can_be(
    gateway: Provider, sms: MakeMessage, monkeypatch: pytest.MonkeyPatch, said: str, sent: str
) -> None:
    monkeypatch.setitem(registry._renderers, KIND, lambda *_: Content(subject="", body="", short=said))
    sms()

    swept(at())

    assert gateway.texts == [(NUMBER, f"Larkfield Skin Clinic: {sent}")]


@pytest.mark.parametrize("status", [400, 422])
def test_a_number_that_is_refused_is_not_tried_again(
    gateway: Provider, sms: MakeMessage, status: int
) -> None:
    gateway.answers = [Answer(status)]
    message = sms()

    swept(at())
    swept(at(60))

    assert state_of(message) == ("failed", "permanent", f"gateway answered {status}")
    assert len(gateway.received) == 1


@pytest.mark.parametrize("status", [401, 402, 403, 404, 500, 503])
def test_a_gateway_that_takes_nothing_pauses_the_line(
    gateway: Provider, sms: MakeMessage, status: int
) -> None:
    gateway.answers = [Answer(status)]
    first, second = sms(), sms()

    swept(at())

    assert state_of(first) == ("retrying", "", f"gateway answered {status}")
    assert state_of(second)[0] == "retrying"
    assert ChannelState.objects.get(pk="sms").outages == 1
    assert swept(at(2)) == 2
    assert {state_of(first)[0], state_of(second)[0]} == {"sent"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "30"}, 30), ({"Retry-After": "Mon, 12 Jan 2026 10:00:40 GMT"}, 40)],
)
@pytest.mark.frozen_at(at())
def test_a_gateway_that_wants_no_more_is_left_alone_for_as_long_as_it_says(
    gateway: Provider, sms: MakeMessage, headers: dict[str, str], seconds: int
) -> None:
    gateway.answers = [Answer(429, headers=headers)]
    sms()

    swept(at())

    assert ChannelState.objects.get(pk="sms").paused_until == at() + timedelta(seconds=seconds)


@pytest.mark.parametrize("said", [{}, {"Retry-After": "soon"}, {"Retry-After": "0"}])
def test_a_gateway_that_does_not_say_how_long_is_asked_again_soon(
    gateway: Provider, sms: MakeMessage, said: dict[str, str]
) -> None:
    gateway.answers = [Answer(429, headers=said)]
    message = sms()

    swept(at())
    assert state_of(message) == ("retrying", "", "gateway answered 429")
    assert swept(at(1)) == 1


@pytest.mark.parametrize(
    "inside",
    [
        '{"success": false}',
        '{"error": "no credit"}',
        '{"status": "failed"}',
        '{"messages": [{"status": "2", "error-text": "Missing to"}]}',
    ],
)
def test_an_error_inside_an_answer_of_success_is_no_success(
    gateway: Provider, sms: MakeMessage, inside: str
) -> None:
    gateway.answers = [Answer(200, inside)]
    message = sms()

    swept(at())
    assert state_of(message) == ("retrying", "", "gateway answered 200 with an error inside")
    assert swept(at(1)) == 1
    assert state_of(message)[0] == "sent"


@pytest.mark.parametrize("body", ["", "OK 12", "[1]", '{"id": "9", "status": "queued", "error_code": null}'])
def test_an_answer_without_an_error_is_a_success(gateway: Provider, sms: MakeMessage, body: str) -> None:
    gateway.answers = [Answer(201, body)]
    message = sms()

    swept(at())

    assert state_of(message)[0] == "sent"


def test_a_gateway_that_is_away_holds_no_mail_back(
    gateway: Provider, sms: MakeMessage, make_message: MakeMessage, wire: Wire, settings: Settings
) -> None:
    settings.SMS_URL = "json://127.0.0.1:9/send?:to={to}"
    message, mail = sms(), make_message()

    swept(at())

    assert state_of(message) == ("retrying", "", "gateway: ConnectionError")
    assert wire.sent == [mail.pk]


def test_what_waits_for_a_gateway_that_was_taken_away_fails(
    gateway: Provider, sms: MakeMessage, settings: Settings
) -> None:
    settings.SMS_URL = ""
    message = sms()

    swept(at())

    assert state_of(message) == ("failed", "permanent", "the channel is not set up")


def test_a_point_that_does_not_count_any_more_gets_nothing(
    gateway: Provider, sms: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_points", [(lambda _points: {}, lambda *_: None)])
    message = sms()

    swept(at())

    assert state_of(message) == ("failed", "permanent", "the contact point does not count any more")
    assert gateway.received == []


def test_two_telephones_of_one_person_get_a_message_each(gateway: Provider, sms: MakeMessage) -> None:
    first = sms()
    sms(subject=first.subject)

    assert swept(at()) == 2
    assert len(gateway.received) == 2


def test_no_secret_of_the_gateways_address_is_logged(
    gateway: Provider, sms: MakeMessage, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    settings.SMS_URL = gateway.sms_url.replace("json://", "json://clinic:s3cr3t-of-the-gateway@")
    gateway.answers = [Answer(401), Answer(400)]
    sms()

    swept(at())
    swept(at(2))

    assert "answered 401" in caplog.text
    assert "s3cr3t" not in caplog.text
    assert NUMBER not in caplog.text
