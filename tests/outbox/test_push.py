"""Web push to a service on this machine, which reads the messages with the keys of the browser."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import http_ece
import pytest
from pytest_django import Settings

from aftercare.outbox import registry
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content
from tests.factories import at
from tests.outbox.wire import KIND, swept
from tools.servers.providers.answering import Answer, Provider, provider
from tools.servers.providers.push import VAPID_PRIVATE_KEY, Browser, claims_of

MakeMessage = Callable[..., Message]
pytestmark = pytest.mark.django_db
CONTENT = Content(
    subject="A subject", body="A body", short="Urgent: a check-in needs a person.", path="/clinic/"
)


class Points:
    """Contact points of made-up people: where they are, and which refused a message."""

    def __init__(self) -> None:
        self.addresses: dict[UUID, str] = {}
        self.refusals: list[tuple[UUID, bool]] = []

    def add(self, address: str) -> UUID:
        point = uuid.uuid4()
        self.addresses[point] = address
        return point


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch) -> Points:
    made = Points()

    def refused(point: UUID, is_gone: bool, _now: object) -> None:
        made.refusals.append((point, is_gone))

    monkeypatch.setattr(registry, "_points", [(lambda ids: made.addresses, refused)])
    monkeypatch.setattr(registry, "_sender_names", [lambda ids: dict.fromkeys(ids, "Larkfield Skin Clinic")])
    monkeypatch.setitem(registry._renderers, KIND, lambda *_: CONTENT)
    return made


@pytest.fixture
def service(settings: Settings) -> Iterator[Provider]:
    with provider() as running:
        running.otherwise = Answer(201, "")
        settings.VAPID_PRIVATE_KEY, settings.CHANNEL_HOSTS = VAPID_PRIVATE_KEY, ("127.0.0.1",)
        settings.VAPID_SUBJECT, settings.SITE_URL = "mailto:it@clinic.example", "https://aftercare.example"
        yield running


@pytest.fixture
def push(make_message: MakeMessage) -> Callable[..., Message]:
    def make(point: UUID, **fields: Any) -> Message:
        return make_message(channel=Message.Channel.PUSH, point=point, sender=1, **fields)

    return make


def test_a_push_is_read_by_its_browser_alone(
    service: Provider, points: Points, push: Callable[..., Message]
) -> None:
    browser, other = Browser(service, "other"), Browser(service)
    message = push(points.add(browser.subscription), priority=Message.Priority.NOW)

    assert swept(at()) == 1

    received = service.received[0]
    assert browser.read(received) == {
        "title": "Larkfield Skin Clinic",
        "body": "Urgent: a check-in needs a person.",
        "url": "https://aftercare.example/clinic/",
        "tag": str(message.pk),
    }
    assert b"check-in" not in received.body
    with pytest.raises(http_ece.ECEException, match="Decryption error"):
        other.read(received)
    assert received.headers["ttl"] == "7200"
    assert received.headers["urgency"] == "high"


def test_each_service_gets_a_signature_of_its_own(
    service: Provider, points: Points, push: Callable[..., Message]
) -> None:
    with provider() as second:
        second.otherwise = Answer(201, "")
        for one in (service, second):
            push(points.add(Browser(one).subscription))

        assert swept(at()) == 2

        claims = [claims_of(one.received[0]) for one in (service, second)]
    assert [one["aud"] for one in claims] == [f"http://{service.address}", f"http://{second.address}"]
    assert {one["sub"] for one in claims} == {"mailto:it@clinic.example"}


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_told_of(
    service: Provider, points: Points, push: Callable[..., Message], status: int
) -> None:
    service.answers = [Answer(status)]
    point = points.add(Browser(service).subscription)
    message = push(point)

    swept(at())

    message.refresh_from_db()
    assert (message.state, message.failure) == ("failed", "permanent")
    assert points.refusals == [(point, True)]


def test_a_busy_service_is_asked_again_when_it_says(
    service: Provider, points: Points, push: Callable[..., Message]
) -> None:
    service.answers = [Answer(429, headers={"Retry-After": "120"})]
    message = push(points.add(Browser(service).subscription))

    swept(at())

    message.refresh_from_db()
    assert (message.state, message.error) == ("retrying", "push service answered 429")
    assert message.next_attempt_at == at(minutes=2)
    assert points.refusals == []


def test_a_service_that_is_away_delays_no_browser_of_another(
    service: Provider, points: Points, push: Callable[..., Message]
) -> None:
    away = Browser(service)
    away.endpoint = "http://127.0.0.1:9/push/away"
    lost = [push(points.add(away.subscription)) for _number in range(2)]
    message = push(points.add(Browser(service).subscription))

    assert swept(at()) == 1

    message.refresh_from_db()
    assert message.state == "sent"
    assert set(Message.objects.filter(pk__in=[one.pk for one in lost]).values_list("state")) == {
        ("retrying",)
    }


@pytest.mark.parametrize(
    "address",
    ["", "none", "[]", '{"endpoint": "https://push.example/1"}', '{"endpoint": "x", "keys": {"auth": "1"}}'],
)
def test_what_is_no_subscription_is_not_tried_again(
    service: Provider, points: Points, push: Callable[..., Message], address: str
) -> None:
    message = push(points.add(address))

    swept(at())

    message.refresh_from_db()
    assert (message.state, message.failure) == ("failed", "permanent")
