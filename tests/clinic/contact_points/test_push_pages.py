"""A browser that wants push: it is added, proved by a tap, and set up again after it was disabled."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aftercare.outbox.delivery import sweep
from aftercare.people.models import StaffMember
from tests.clinic.staff_client import proved_client, staff_client, words
from tests.factories import MONDAY
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Provider
from tools.servers.providers.push import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(MONDAY)]
PAGE = "/clinic/contact-points/"
SUBSCRIBE = f"{PAGE}push/"


@pytest.fixture
def client(nurse: StaffMember) -> Client:
    return proved_client(nurse)


def pushed_path(browser: Browser, service: Provider) -> str:
    """Send what is due, and return where the newest push to the browser leads."""
    sweep(timezone.now)
    return "/clinic/" + browser.read(service.received[-1])["url"].partition("/clinic/")[2]


def test_a_browser_is_added_and_told_where_to_confirm(
    client: Client, nurse: StaffMember, push_service: Provider
) -> None:
    subscription = Browser(push_service).subscription

    answer = client.post(SUBSCRIBE, {"subscription": subscription, "name": "Pixel 8, Chrome"})

    point = nurse.user.contact_points.get()
    confirm = reverse("clinic:confirm_point", args=[point.pk])
    assert answer.json() == {"next": confirm}
    assert (point.kind, point.name, point.is_usable) == ("push", "Pixel 8, Chrome", False)
    assert json.loads(point.address)["keys"].keys() == {"auth", "p256dh"}
    assert "We sent a message to Pixel 8, Chrome . Tap it within 15 minutes." in words(client.get(confirm))


def test_the_link_of_the_push_brings_the_code_and_needs_a_press(
    client: Client, nurse: StaffMember, push_service: Provider
) -> None:
    browser = Browser(push_service)
    client.post(SUBSCRIBE, {"subscription": browser.subscription})
    path = pushed_path(browser, push_service)
    point = nurse.user.contact_points.get()

    assert "Press the button" in words(client.get(path))
    point.refresh_from_db()
    assert not point.is_usable
    answer = client.post(path, {"code": path.split("/")[4]})
    assert answer["Location"] == PAGE
    point.refresh_from_db()
    assert point.is_usable


def test_an_older_push_does_not_confirm(client: Client, nurse: StaffMember, push_service: Provider) -> None:
    browser = Browser(push_service)
    client.post(SUBSCRIBE, {"subscription": browser.subscription})
    path = pushed_path(browser, push_service)
    code = path.split("/")[4]
    newer = f"{(int(code) + 1) % 1_000_000:06}"

    answer = client.post(path.replace(code, newer), {"code": newer})

    assert answer.status_code == 422
    assert "This message is not the newest, or too old. Send a new one." in words(answer)


def test_the_link_of_a_push_leads_nobody_else_anywhere(
    client: Client, clinician: StaffMember, push_service: Provider
) -> None:
    browser = Browser(push_service)
    client.post(SUBSCRIBE, {"subscription": browser.subscription})
    path = pushed_path(browser, push_service)

    assert proved_client(clinician).get(path).status_code == 404
    assert Client().get(path)["Location"].startswith("/accounts/")


def test_a_browser_that_was_not_tapped_is_sent_another_push(
    client: Client, nurse: StaffMember, push_service: Provider
) -> None:
    subscription = Browser(push_service).subscription
    first = client.post(SUBSCRIBE, {"subscription": subscription})

    again = client.post(SUBSCRIBE, {"subscription": subscription})

    assert (again.status_code, again.json()) == (200, first.json())
    assert nurse.user.contact_points.count() == 1


def test_a_browser_that_works_is_not_added_again(
    client: Client, make_point: MakePoint, push_service: Provider
) -> None:
    subscription = Browser(push_service).subscription
    client.post(SUBSCRIBE, {"subscription": subscription})
    make_point().user.contact_points.filter(kind="push").update(verified_at=MONDAY)

    answer = client.post(SUBSCRIBE, {"subscription": subscription})

    assert (answer.status_code, answer.json()) == (409, {"next": PAGE})
    assert "This browser takes messages already." in words(client.get(PAGE))


@pytest.mark.parametrize("subscription", ["", "{}", '{"endpoint": "http://127.0.0.1/"}'])
def test_what_is_no_subscription_is_refused(
    client: Client, nurse: StaffMember, push_service: Provider, subscription: str
) -> None:
    answer = client.post(SUBSCRIBE, {"subscription": subscription})

    assert (answer.status_code, answer.json()) == (422, {})
    assert not nurse.user.contact_points.exists()


def test_a_browser_that_is_off_is_replaced_by_the_one_that_is_set_up_again(
    client: Client, nurse: StaffMember, make_point: MakePoint, push_service: Provider
) -> None:
    old = make_point(
        kind="push", address="{}", name="old tablet", disabled_at=MONDAY, disabled_because="gone"
    )
    said = words(client.get(PAGE))
    assert "Push, old tablet Off since 10:00 It takes no messages any more." in said
    assert "Set up again old tablet" in said

    subscription = Browser(push_service).subscription
    client.post(SUBSCRIBE, {"subscription": subscription, "name": "Pixel 8", "replaces": str(old.pk)})

    assert [point.name for point in nurse.user.contact_points.all()] == ["Pixel 8"]


def test_a_browser_that_works_is_never_replaced(
    client: Client, nurse: StaffMember, make_point: MakePoint, push_service: Provider
) -> None:
    working = make_point(kind="push", address="{}")
    subscription = Browser(push_service).subscription

    client.post(SUBSCRIBE, {"subscription": subscription, "replaces": str(working.pk)})

    assert nurse.user.contact_points.count() == 2


def test_a_script_is_told_where_to_prove_who_it_is(nurse: StaffMember, push_service: Provider) -> None:
    answer = staff_client(nurse).post(SUBSCRIBE, {"subscription": Browser(push_service).subscription})

    assert answer.status_code == 401
    assert answer.json()["next"].startswith("/accounts/")
    assert not nurse.user.contact_points.exists()


def test_the_worker_is_served_from_the_root(client: Client) -> None:
    answer = client.get("/worker.js")

    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert b"showNotification" in answer.content
