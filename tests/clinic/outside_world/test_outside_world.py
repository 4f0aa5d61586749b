"""The page on the world outside of the demonstration: what arrived on whose phone, and what is done there."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from aftercare.outbox.delivery import sweep
from aftercare.people.contact_points import actions
from aftercare.people.models import Clinic, ContactPoint, StaffMember
from clinic.demo.outside_world.phones import host_of, move_providers, owners_by_phone
from tests.clinic.staff_client import proved_client
from tools.servers.providers.outside import World

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/clinic/outside-world/"


@pytest.fixture
def desk(nurse: StaffMember) -> Client:
    return proved_client(nurse)


def send_tests(member: StaffMember) -> None:
    """Send a test to every point of a member."""
    now = timezone.now()
    for point in [None, *member.user.contact_points.all()]:
        actions.test_point(user=member.user, point=point, now=now)
    sweep(lambda: now)


def test_what_arrives_stands_in_the_column_of_its_owner(
    world: World, desk: Client, nurse: StaffMember
) -> None:
    send_tests(nurse)

    page = desk.get(PAGE).context["page"]

    (moment,) = page.moments
    found = {str(phone.user): [item.channel for item in items] for phone, items, _silence in moment.cells}
    assert sorted(found.pop("Ruth Test")) == ["chat", "email", "push", "sms", "voice"]
    assert set(map(tuple, found.values())) == {()}
    assert page.counts == [
        ("push", "Push", 1),
        ("sms", "SMS", 1),
        ("voice", "Call", 1),
        ("chat", "Chat", 1),
        ("email", "E-mail", 1),
    ]


def test_one_channel_is_shown_alone(world: World, desk: Client, nurse: StaffMember) -> None:
    send_tests(nurse)

    page = desk.get(PAGE, {"channel": "sms"}).context["page"]

    assert [item.channel for _phone, items, _silence in page.moments[0].cells for item in items] == ["sms"]
    assert page.total == 5


def test_what_went_to_a_phone_of_another_clinic_is_not_shown(
    world: World, outsider: StaffMember, nurse: StaffMember
) -> None:
    send_tests(nurse)

    page = proved_client(outsider).get(PAGE).context["page"]

    assert page.moments == []


def test_arrivals_outlive_a_restart_of_the_providers(world: World, nurse: StaffMember) -> None:
    send_tests(nurse)

    again = World(0, portal=world.portal, signs_for=world.portal, journal=world.journal)
    again.server.server_close()

    assert [one["channel"] for one in again.arrivals] == [one["channel"] for one in world.arrivals]
    assert len(again.arrivals) == 4


def test_phones_lead_to_the_providers_of_the_next_start(
    world: World, clinic: Clinic, nurse: StaffMember
) -> None:
    before = owners_by_phone(clinic)

    move_providers("127.0.0.1:9999")

    moved = ContactPoint.objects.filter(user=nurse.user, kind__in=["push", "chat"])
    assert {host_of(point) for point in moved} == {"127.0.0.1:9999"}
    assert owners_by_phone(clinic) == before


def test_a_reply_comes_from_a_phone_of_the_clinic_alone(world: World, desk: Client) -> None:
    answer = desk.post(f"{PAGE}reply/", {"number": "+447700900999", "text": "ACK 1"})

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert world.arrivals == []


def test_a_call_that_nobody_made_has_no_keys(world: World, desk: Client) -> None:
    answer = desk.post(f"{PAGE}press/", {"call": "CA1"}, follow=True)

    assert b"could not be sent from the phone" in answer.content


def test_providers_that_are_away_are_named(world: World, desk: Client, settings: Settings) -> None:
    settings.TWILIO_API = "http://127.0.0.1:9"

    assert b"do not answer" in desk.get(PAGE).content
    answer = desk.post(f"{PAGE}press/", {"call": "CA1"})
    assert answer.status_code == HTTPStatus.FOUND


@pytest.mark.parametrize("changed", [{"DEMO": False}, {"TWILIO_API": "https://api.twilio.com"}])
def test_there_is_no_such_page_outside_of_a_demonstration(
    world: World, desk: Client, settings: Any, changed: dict[str, Any]
) -> None:
    assert desk.get(PAGE).status_code == HTTPStatus.OK
    for name, value in changed.items():
        setattr(settings, name, value)

    assert desk.get(PAGE).status_code == HTTPStatus.NOT_FOUND
    assert desk.post(f"{PAGE}press/", {"call": "CA1"}).status_code == HTTPStatus.NOT_FOUND


def test_a_push_is_read_with_the_keys_of_its_browser_alone(world: World, nurse: StaffMember) -> None:
    send_tests(nurse)

    pushed = [one for one in world.arrivals if one["channel"] == "push"]
    assert [one["text"] for one in pushed] == ["Aftercare. This is a test. Nobody is waiting."]
    assert b"This is a test" not in b"".join(one.body for one in world.received if "/push/" in one.path)
    assert json.loads(world.journal.read_text().splitlines()[0])["who"]
