"""Chats and pagers by addresses of persons: what leaves, what is refused, and what a dead service holds back."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from aftercare.outbox import registry
from aftercare.outbox.channel_settings import CHAT_SCHEMES, PAGER_SCHEMES
from aftercare.outbox.channels import channels_in_use
from aftercare.outbox.models import ChannelState, Message
from aftercare.outbox.registry import Content
from tests.factories import at
from tests.outbox.wire import KIND, swept
from tools.servers.providers.answering import Answer, provider, running
from tools.servers.providers.ntfy import Ntfy

MakeMessage = Callable[..., Message]
pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> dict[uuid.UUID, str]:
    """Where each point is."""
    found: dict[uuid.UUID, str] = {}
    monkeypatch.setattr(registry, "_points", [(lambda _points: found, lambda *_: None)])
    monkeypatch.setattr(registry, "_sender_names", [lambda ids: dict.fromkeys(ids, "Larkfield Skin Clinic")])
    return found


@pytest.fixture
def chat(make_message: MakeMessage, addresses: dict[uuid.UUID, str]) -> Callable[..., Message]:
    def make(address: str, channel: str = "chat", **fields: Any) -> Message:
        point = uuid.uuid4()
        addresses[point] = address
        return make_message(channel=channel, point=point, sender=1, **fields)

    return make


@pytest.fixture
def ntfy(settings: Settings) -> Iterator[Ntfy]:
    settings.SITE_URL = "https://aftercare.example"
    settings.CHANNEL_HOSTS = ("127.0.0.1", "localhost")
    with running(Ntfy()) as server:
        yield server


def state_of(message: Message) -> tuple[str, str, str]:
    message.refresh_from_db()
    return message.state, message.failure, message.error


def test_a_chat_says_who_writes_what_is_asked_and_the_link(
    ntfy: Ntfy, chat: MakeMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = Content(subject="", body="", short="EMERGENCY alert 4711.", path="/clinic/")
    monkeypatch.setitem(registry._renderers, KIND, lambda *_: content)
    message = chat(ntfy.chat_url("nurses"))

    swept(at())

    assert state_of(message) == ("sent", "", "")
    (posted,) = ntfy.posted
    assert (posted.topic, posted.title) == ("nurses", "Larkfield Skin Clinic")
    assert posted.text == "EMERGENCY alert 4711. https://aftercare.example/clinic/"


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("chat", "json://127.0.0.1/"),
        ("chat", "mailto://somebody:secret@example.org"),
        ("chat", "syslog://"),
        ("chat", "pagerduty://a@b"),
        ("pager", "ntfy://127.0.0.1/nurses"),
        ("pager", "file:///etc/passwd"),
    ],
)
def test_a_service_that_is_not_allowed_is_not_spoken_to(
    chat: MakeMessage, channel: str, address: str
) -> None:
    message = chat(address, channel)

    swept(at())

    expected = ("failed", "permanent", "the service is not one of those that are allowed")
    assert state_of(message) == expected


@pytest.mark.parametrize(
    "found", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "fe80::1", "fc00::1", "::ffff:192.168.1.1"]
)
@pytest.mark.parametrize(
    "address", ["ntfys://chat.example/nurses", "signals://chat.example/+447700900163/+447700900164"]
)
def test_an_address_that_leads_to_this_machine_or_its_network_is_refused(
    chat: MakeMessage, monkeypatch: pytest.MonkeyPatch, address: str, found: str
) -> None:
    family = socket.AF_INET6 if ":" in found else socket.AF_INET
    place = (family, socket.SOCK_STREAM, 6, "", (found, 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_o: [place])
    message = chat(address)

    swept(at())

    assert state_of(message) == ("failed", "permanent", "gateway: the address is not on the internet")


def test_an_address_without_encryption_is_refused(chat: MakeMessage) -> None:
    message = chat("ntfy://chat.example/nurses")

    swept(at())

    assert state_of(message) == ("failed", "permanent", "gateway: the address is not encrypted")


def test_a_redirect_into_the_network_is_not_followed(ntfy: Ntfy, chat: MakeMessage) -> None:
    with provider() as inside:
        ntfy.answers = [Answer(307, "", {"Location": f"http://{inside.address}/"})]
        message = chat(ntfy.chat_url("nurses"))

        swept(at())

        assert state_of(message) == ("retrying", "", "gateway answered 307")
        assert inside.received == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_address_whose_service_refuses_it_is_not_tried_again(
    ntfy: Ntfy, chat: MakeMessage, status: int
) -> None:
    ntfy.answers = [Answer(status)]
    refused, other = chat(ntfy.chat_url("nurses")), chat(ntfy.chat_url("doctors"))

    swept(at())

    assert sorted([state_of(refused), state_of(other)]) == [
        ("failed", "permanent", f"gateway answered {status}"),
        ("sent", "", ""),
    ]


def test_a_service_that_is_away_is_asked_once_and_holds_no_other_back(ntfy: Ntfy, chat: MakeMessage) -> None:
    with provider() as away:
        away.otherwise = Answer(503)
        first = chat(f"ntfy://localhost:{away.port}/one")
        second = chat(f"ntfy://localhost:{away.port}/two")
        third = chat(ntfy.chat_url("nurses"))

        swept(at())

        assert len(away.received) == 1
    assert state_of(first) == state_of(second) == ("retrying", "", "gateway answered 503")
    assert state_of(third)[0] == "sent"
    assert ChannelState.objects.get(pk="chat").outages == 0


@pytest.mark.frozen_at(at())
def test_a_service_that_wants_no_more_is_left_alone_for_as_long_as_it_says(
    ntfy: Ntfy, chat: MakeMessage
) -> None:
    ntfy.answers = [Answer(429, headers={"Retry-After": "90"})]
    message = chat(ntfy.chat_url("nurses"))

    swept(at())

    assert state_of(message)[0] == "retrying"
    assert message.next_attempt_at >= at() + timedelta(seconds=90)


def test_no_address_is_logged(ntfy: Ntfy, chat: MakeMessage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    ntfy.answers = [Answer(401), Answer(503)]
    chat(f"ntfy://somebody:s3cr3t@{ntfy.address}/topic-nobody-knows")
    chat("pagerduty://k3y-of-the-integration@k3y-of-the-account?region=eu", "chat")

    swept(at())
    swept(at(1))

    assert "answered" in caplog.text
    for secret in ("s3cr3t", "topic-nobody-knows", "k3y-of"):
        assert secret not in caplog.text


def test_a_thread_looks_after_chats_only_while_one_waits(chat: MakeMessage) -> None:
    assert channels_in_use() == ["email"]
    chat("ntfys://chat.example/nurses")
    chat("pagerduty://a@b", "pager")
    assert channels_in_use() == ["pager", "chat", "email"]


def test_no_service_is_both_a_chat_and_a_pager() -> None:
    assert not CHAT_SCHEMES & PAGER_SCHEMES
