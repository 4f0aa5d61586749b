"""Numbers for calls, chats and pagers of staff: added, confirmed, shown by their end alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from aftercare.outbox.delivery import sweep
from aftercare.people.models import ContactPoint, StaffMember
from tests.clinic.staff_client import proved_client, words
from tools.servers.providers.answering import running
from tools.servers.providers.ntfy import Ntfy
from tools.servers.providers.twilio import Twilio

pytestmark = pytest.mark.django_db
PAGE = "/clinic/contact-points/"
NUMBER = "+447700900163"


@pytest.fixture
def desk(nurse: StaffMember) -> Client:
    return proved_client(nurse)


@pytest.fixture
def twilio(settings: Settings) -> Iterator[Twilio]:
    with running(Twilio()) as server:
        settings.VOICE_URL, settings.TWILIO_API = server.voice_url, server.api
        settings.CHANNEL_HOSTS = ("127.0.0.1",)
        yield server


@pytest.fixture
def ntfy(settings: Settings) -> Iterator[Ntfy]:
    settings.CHANNEL_HOSTS = ("127.0.0.1",)
    with running(Ntfy()) as server:
        yield server


def added(desk: Client, kind: str, field: str, value: str) -> ContactPoint:
    """Add a point, let its code leave, and return it."""
    answer = desk.post(f"{PAGE}add/{kind}/", {field: value})
    assert answer.status_code == HTTPStatus.FOUND
    now = timezone.now()
    sweep(lambda: now)
    point: ContactPoint = ContactPoint.objects.get()
    assert not point.is_usable
    return point


def confirm(desk: Client, point: ContactPoint, code: str) -> None:
    desk.post(f"{PAGE}{point.pk}/confirm/", {"code": code})
    point.refresh_from_db()
    assert point.is_usable


def test_a_number_for_calls_is_confirmed_by_the_code_that_is_spoken(desk: Client, twilio: Twilio) -> None:
    point = added(desk, "voice", "number", "07700 900163")

    (call,) = twilio.calls
    assert call.to == NUMBER
    assert call.keys_url == ""
    digits = re.findall(r"\b\d\b", call.said[0])
    assert len(digits) == 6
    confirm(desk, point, "".join(digits))
    assert "Call, <bdi>07700 900163</bdi>" in desk.get(PAGE).content.decode()


def test_a_chat_is_confirmed_by_a_code_and_shown_by_its_end_alone(desk: Client, ntfy: Ntfy) -> None:
    address = f"ntfy://somebody:s3cr3t@{ntfy.address}/topic-nobody-knows"
    point = added(desk, "chat", "service", address)

    (posted,) = ntfy.posted
    found = re.search(r"\d{6}", posted.text)
    assert found is not None
    confirm_page = desk.get(f"{PAGE}{point.pk}/confirm/").content.decode()
    confirm(desk, point, found[0])
    page = desk.get(PAGE).content.decode()
    for shown in (confirm_page, page):
        assert "ntfy …ws" in shown
        assert "nobody-knows" not in shown
        assert "s3cr3t" not in shown


def test_an_address_that_is_none_is_refused(desk: Client) -> None:
    answer = desk.post(f"{PAGE}add/pager/", {"service": "https://events.pagerduty.com/"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This is no address of these services." in answer.content.decode()
    assert not ContactPoint.objects.exists()


def test_calls_are_offered_only_where_they_are_set_up(desk: Client) -> None:
    assert "Add a number for calls" not in desk.get(PAGE).content.decode()
    assert desk.get(f"{PAGE}add/voice/").status_code == HTTPStatus.NOT_FOUND


def test_a_pager_wakes_and_a_chat_does_not(desk: Client, nurse: StaffMember) -> None:
    now = timezone.now()
    point = nurse.user.contact_points.create(
        kind="chat", address="ntfys://ntfy.example/nurses", created_at=now, verified_at=now
    )
    said = "Tonight you cannot be woken: messages come by chat and e-mail alone."
    assert said in words(desk.get(PAGE))

    point.kind, point.address = "pager", "opsgenie://0123456789abcdef"
    point.save()
    assert "Tonight you can be woken" in desk.get(PAGE).content.decode()
