"""A patient adds a telephone or a browser on the account page, with a yes, and stops it in one tap."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from aftercare.outbox.delivery import sweep
from aftercare.people.models import ContactPoint, Patient, StaffMember
from tests.clinic.staff_client import proved_client, staff_client, words
from tests.factories import at
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(1))]
ACCOUNT, ADD = "/accounts/", "/accounts/ways/number/"
NUMBER = "+447700900163"


@pytest.fixture
def client(patient: Patient, gateway: Provider) -> Client:
    """A client in which the patient has signed in by a mailed code just now."""
    return proved_client(patient)


def add(client: Client, **other: str) -> object:
    return client.post(ADD, {"number": "07700 900163", "agree": "on", **other})


def code_in(gateway: Provider) -> str:
    sweep(lambda: at(1))
    found = re.search(r"\b\d{6}\b", gateway.texts[-1][1])
    assert found is not None
    return found[0]


def test_a_number_is_added_with_a_yes_and_counts_once_its_code_is_typed(
    client: Client, patient: Patient, gateway: Provider
) -> None:
    assert "Add a phone number" in words(client.get(ACCOUNT))
    assert add(client).status_code == 302  # type: ignore[attr-defined]
    point = patient.user.contact_points.get()
    assert (point.address, point.agreed_at, point.verified_at) == (NUMBER, at(1), None)
    assert "Not confirmed yet. Nothing comes here." in words(client.get(ACCOUNT))

    path = reverse("confirm_way", args=[point.pk])
    assert client.post(path, {"code": "000000x"}).status_code == 422
    done = client.post(path, {"code": code_in(gateway)}, follow=True)

    assert "Messages come this way from now on." in words(done)
    assert "Messages come here." in words(done)
    point.refresh_from_db()
    assert point.is_usable


def test_without_the_yes_nothing_is_added(client: Client, patient: Patient) -> None:
    page = client.post(ADD, {"number": "07700 900163"})

    assert page.status_code == 422
    assert "Tick the box, or go back." in words(page)
    assert not patient.user.contact_points.exists()
    assert client.post(ADD, {"number": "12", "agree": "on"}).status_code == 422


def test_it_is_stopped_in_one_tap_taken_again_and_removed(
    client: Client, patient: Patient, make_point: MakePoint
) -> None:
    point = make_point(patient.user, agreed_at=at(0))
    path = reverse("change_way", args=[point.pk])

    assert "Stopped. Messages come by e-mail." in words(client.post(path, {"act": "stop"}, follow=True))
    assert ContactPoint.objects.get().agreed_at is None
    assert "Messages come this way again." in words(client.post(path, {"act": "again"}, follow=True))
    assert ContactPoint.objects.get().agreed_at == at(1)
    client.post(path, {"act": "remove"})
    assert not ContactPoint.objects.exists()


def test_pressed_twice_it_is_removed_once_and_the_second_press_leads_to_the_account(
    client: Client, patient: Patient, make_point: MakePoint
) -> None:
    path = reverse("change_way", args=[make_point(patient.user, agreed_at=at(0)).pk])
    client.post(path, {"act": "remove"})

    again = client.post(path, {"act": "remove"}, follow=True)

    assert again.status_code == 200
    assert "It was removed before." in words(again)


def test_what_was_switched_off_is_set_up_again_by_a_new_code(
    client: Client, patient: Patient, gateway: Provider, make_point: MakePoint
) -> None:
    point = make_point(patient.user, agreed_at=at(0), disabled_at=at(0), disabled_because="gone")
    assert "Off. It takes no messages." in words(client.get(ACCOUNT))

    assert client.post(reverse("send_way_code", args=[point.pk])).status_code == 302
    client.post(reverse("confirm_way", args=[point.pk]), {"code": code_in(gateway)})

    assert "Messages come here." in words(client.get(ACCOUNT))


def test_a_proof_of_who_it_is_comes_first(patient: Patient, gateway: Provider) -> None:
    asked = add(staff_client(patient))

    assert asked.status_code == 302  # type: ignore[attr-defined]
    assert not patient.user.contact_points.exists()


def test_it_is_the_patients_own_alone(
    patient: Patient, stranger: Patient, nurse: StaffMember, gateway: Provider, make_point: MakePoint
) -> None:
    point = make_point(patient.user, agreed_at=at(0))
    for person in (stranger, nurse):
        client = proved_client(person)
        for name in ("confirm_way", "send_way_code"):
            assert client.post(reverse(name, args=[point.pk])).status_code == 404
        for act in ("stop", "again", "remove"):
            client.post(reverse("change_way", args=[point.pk]), {"act": act})
        assert ContactPoint.objects.get().agreed_at == point.agreed_at
    assert proved_client(nurse).get(ADD).status_code == 404


@pytest.mark.usefixtures("push_service")
def test_a_browser_is_added_and_proved_by_a_tap(client: Client, patient: Patient) -> None:
    assert "Yes, message this device" in words(client.get(ACCOUNT))
    assert client.post("/accounts/ways/push/", {"subscription": "{}"}).status_code == 422
    point = patient.user.contact_points.create(kind="push", address="{}", created_at=at(0), agreed_at=at(0))
    page = client.get(reverse("tapped_way", args=["123456", point.pk]))
    assert "Press the button, and messages come to this device." in words(page)
    assert (
        client.post(reverse("tapped_way", args=["123456", point.pk]), {"code": "123456"}).status_code == 422
    )
