"""The page on how a person is reached, and its forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import ContactPoint, ContactRule, QuietHours, StaffMember
from tests.clinic.staff_client import staff_client
from tests.factories import MONDAY
from tools.servers.providers.answering import Answer, Provider, provider
from tools.servers.providers.push import VAPID_PRIVATE_KEY, Browser

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(MONDAY)]
PAGE = "/clinic/contact-points/"


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Provider]:
    with provider() as running:
        settings.SMS_URL, settings.CHANNEL_HOSTS = running.sms_url, ("127.0.0.1",)
        yield running


@pytest.fixture
def client(nurse: StaffMember) -> Client:
    return staff_client(nurse)


def page(client: Client, path: str = PAGE) -> str:
    text = client.get(path).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def errors(client: Client, path: str, **fields: str) -> str:
    answer = client.post(path, fields)
    assert answer.status_code == 422
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def number(member: StaffMember, **fields: object) -> ContactPoint:
    values = {
        "kind": "sms",
        "address": "+447700900163",
        "created_at": MONDAY,
        "verified_at": MONDAY,
        **fields,
    }
    point: ContactPoint = member.user.contact_points.create(**values)
    return point


def test_a_number_is_added_proved_and_used(client: Client, nurse: StaffMember, gateway: Provider) -> None:
    assert "You cannot be woken at night: messages come by e-mail alone." in page(client)

    answer = client.post(f"{PAGE}add/sms/", {"number": "07700 900163"})
    point = nurse.user.contact_points.get()
    assert answer["Location"] == reverse("clinic:confirm_point", args=[point.pk])
    assert "SMS, 07700 900163 Not confirmed yet" in page(client)
    sweep(timezone.now)
    number, text = gateway.texts[0]
    assert number == "+447700900163"

    code = re.findall(r"\d{6}", text)[0]
    client.post(answer["Location"], {"code": code})

    said = page(client)
    assert "You can be woken at night: by SMS." in said
    assert "SMS, 07700 900163 Works" in said
    assert "SMS and e-mail at once." in said


@pytest.mark.parametrize("typed", ["", "12", "call me", "+44 7700", "07700 900163 mornings"])
def test_what_is_no_number_is_refused(
    client: Client, nurse: StaffMember, gateway: Provider, typed: str
) -> None:
    said = errors(client, f"{PAGE}add/sms/", number=typed)
    assert "Give a telephone number" in said or "Give the number of a mobile telephone." in said

    assert not nurse.user.contact_points.exists()


def test_a_number_of_another_country_is_taken_with_its_code(
    client: Client, nurse: StaffMember, gateway: Provider
) -> None:
    client.post(f"{PAGE}add/sms/", {"number": "+33 6 39 98 12 34"})

    assert nurse.user.contact_points.get().address == "+33639981234"


def test_a_number_that_one_has_is_not_added_again(
    client: Client, nurse: StaffMember, gateway: Provider
) -> None:
    number(nurse)

    assert "You have this one already." in errors(client, f"{PAGE}add/sms/", number="07700 900163")


def test_a_wrong_code_says_how_often_another_may_be_typed(
    client: Client, nurse: StaffMember, gateway: Provider
) -> None:
    path = client.post(f"{PAGE}add/sms/", {"number": "07700 900163"})["Location"]
    sweep(timezone.now)
    code = f"{(int(re.findall(r'[0-9]{6}', gateway.texts[0][1])[0]) + 1) % 1_000_000:06}"

    assert "You can try 4 times more." in errors(client, path, code=code)
    for _try in range(3):
        said = errors(client, path, code=code)
    assert "You can try once more." in said
    assert "This code cannot be used any more. Ask for a new one." in errors(client, path, code=code)


def test_sms_is_offered_only_where_it_is_set_up(client: Client) -> None:
    assert "SMS is not set up." in page(client)
    assert client.get(f"{PAGE}add/sms/").status_code == 404


def test_a_point_that_is_off_says_since_when_and_why(
    client: Client, nurse: StaffMember, gateway: Provider
) -> None:
    number(nurse, disabled_at=MONDAY, disabled_because="refused")

    said = page(client)
    assert "Off since 10:00" in said
    assert "It refused three messages in a row." in said


def test_a_test_is_sent_and_the_newest_delivery_shown(
    client: Client, nurse: StaffMember, gateway: Provider
) -> None:
    point = number(nurse)

    client.post(f"{PAGE}{point.pk}/test/")
    assert "Last: on its way" in page(client)
    sweep(timezone.now)
    assert gateway.texts[0][1].endswith("This is a test. Nobody is waiting.")
    assert "Last: handed over 10:00" in page(client)

    gateway.answers = [Answer(400)]
    client.post(f"{PAGE}{point.pk}/test/")
    Message.objects.filter(state="pending").update(created_at=MONDAY.replace(second=1))
    sweep(timezone.now)
    assert "Last: did not arrive, 10:00" in page(client)


def test_all_of_mine_are_tested_at_once(client: Client, nurse: StaffMember, gateway: Provider) -> None:
    number(nurse)
    number(nurse, address="+447700900164", verified_at=None)

    client.post(f"{PAGE}test/")

    assert sorted(Message.objects.values_list("channel", flat=True)) == ["email", "sms"]


def test_a_point_is_removed(client: Client, nurse: StaffMember, gateway: Provider) -> None:
    point = number(nurse)

    client.post(f"{PAGE}{point.pk}/remove/")

    assert not nurse.user.contact_points.exists()


def test_rules_are_set_and_shown(client: Client, nurse: StaffMember, gateway: Provider) -> None:
    number(nurse)

    client.post(f"{PAGE}rules/urgent/", {"sms": "0", "email": "3"})

    assert ContactRule.objects.filter(user=nurse.user, level="urgent").count() == 2
    assert "SMS at once. E-mail after 3 min." in page(client)


def test_rules_that_reach_nobody_are_refused(client: Client, nurse: StaffMember, gateway: Provider) -> None:
    number(nurse, verified_at=None)

    words = "Choose at least one way that works now, at once. Nothing was changed."
    assert words in errors(client, f"{PAGE}rules/emergency/", sms="0", email="")
    assert "Choose at least one way." in errors(client, f"{PAGE}rules/same_day/", email="")
    assert not ContactRule.objects.exists()


def test_a_way_that_is_not_confirmed_is_said_to_be_left_out(
    client: Client, nurse: StaffMember, gateway: Provider
) -> None:
    number(nurse, verified_at=None)

    assert "Left out until confirmed: SMS" in page(client)


def test_quiet_hours_are_set_and_taken_away(client: Client, nurse: StaffMember) -> None:
    client.post(f"{PAGE}quiet-hours/", {"starts": "22:00", "ends": "07:00"})
    assert "22:00 to 07:00. Same day and routine wait until 07:00." in page(client)

    assert "Give both times, or none." in errors(client, f"{PAGE}quiet-hours/", starts="22:00", ends="")
    assert "whole day" in errors(client, f"{PAGE}quiet-hours/", starts="22:00", ends="22:00")
    client.post(f"{PAGE}quiet-hours/", {"starts": "", "ends": ""})
    assert not QuietHours.objects.exists()


def test_managers_see_who_cannot_be_woken_first(
    manager: StaffMember, nurse: StaffMember, clinician: StaffMember, gateway: Provider
) -> None:
    number(nurse)
    number(clinician, verified_at=None)

    night = staff_client(manager).get(PAGE).context["page"].night

    assert [(row.member, row.waking) for row in night] == [(manager, ""), (clinician, ""), (nurse, "SMS")]
    assert dict(night[1].states)["SMS"] == "wait"
    assert "Who cannot be woken at night 2 of 3, seen by managers" in page(staff_client(manager))
    assert "seen by managers" not in page(staff_client(nurse))


class TestPush:
    @pytest.fixture
    def service(self, settings: Settings) -> Iterator[Provider]:
        with provider() as running:
            running.otherwise = Answer(201, "")
            settings.VAPID_PRIVATE_KEY, settings.CHANNEL_HOSTS = VAPID_PRIVATE_KEY, ("127.0.0.1",)
            yield running

    def test_a_browser_is_added_and_told_where_to_confirm(
        self, client: Client, nurse: StaffMember, service: Provider
    ) -> None:
        browser = Browser(service)
        subscription = browser.subscription.replace("http://", "https://")

        answer = client.post(f"{PAGE}push/", {"subscription": subscription, "name": "Pixel 8"})

        point = nurse.user.contact_points.get()
        assert answer.json() == {"next": reverse("clinic:confirm_point", args=[point.pk])}
        assert (point.kind, point.name, point.is_usable) == ("push", "Pixel 8", False)
        assert json.loads(point.address)["keys"].keys() == {"auth", "p256dh"}
        assert client.post(f"{PAGE}push/", {"subscription": subscription}).status_code == 409

    @pytest.mark.parametrize("subscription", ["", "{}", '{"endpoint": "http://127.0.0.1/"}'])
    def test_what_is_no_subscription_is_refused(
        self, client: Client, nurse: StaffMember, service: Provider, subscription: str
    ) -> None:
        answer = client.post(f"{PAGE}push/", {"subscription": subscription})

        assert answer.status_code == 422
        assert not nurse.user.contact_points.exists()

    def test_the_link_of_the_push_brings_the_code_and_needs_a_press(
        self, client: Client, nurse: StaffMember, service: Provider
    ) -> None:
        browser = Browser(service)
        point = number(nurse, kind="push", address=browser.subscription, verified_at=None)
        client.post(f"{PAGE}{point.pk}/code/")
        sweep(timezone.now)
        path = browser.read(service.received[0])["url"].partition("/clinic/")[2]

        shown = client.get(f"/clinic/{path}")
        point.refresh_from_db()
        assert not point.is_usable
        code = path.partition("code=")[2]
        assert f'value="{code}"' in shown.content.decode()
        client.post(f"{PAGE}{point.pk}/confirm/", {"code": code})
        point.refresh_from_db()
        assert point.is_usable

    def test_the_worker_is_served_from_the_root(self, client: Client) -> None:
        answer = client.get("/push-worker.js")

        assert answer["Content-Type"] == "text/javascript; charset=utf-8"
        assert b"showNotification" in answer.content
