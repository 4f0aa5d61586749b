"""The patient's page of companions, and the page behind the link of an invitation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.companions.actions import KIND, path_of, remove_companion
from aftercare.people.models import Companion, Event, Patient, StaffMember, User
from tests.checkins.posting import signed_in, text_of
from tests.clinic.staff_client import proved_client
from tests.people.companions.making import TOM, companion_of, invited

PATH = "/accounts/companions/"
pytestmark = pytest.mark.django_db


def test_a_patient_invites_after_a_proof_and_sees_how_far_it_is(patient: Patient) -> None:
    assert signed_in(patient.user).get(PATH)["Location"].startswith("/accounts/reauthenticate/")
    client = proved_client(patient)
    assert f'href="{PATH}"' in client.get("/accounts/").content.decode()
    page = client.post(PATH, {"name": "Tom", "email": TOM}, follow=True)
    assert "The invitation is on its way" in text_of(page)
    assert "Invited. The link works until" in text_of(page)
    Companion.objects.update(invited_at=timezone.now() - timedelta(days=15))
    assert "The invitation is too old" in text_of(client.get(PATH))
    Message.objects.filter(kind=KIND).update(state="failed", failure="permanent", finished_at=timezone.now())
    assert "The e-mail came back." in text_of(client.get(PATH))


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_invited(patient: Patient) -> None:
    client = proved_client(patient)
    for typed, words in (
        ({"name": "", "email": TOM}, "Give a name."),
        ({"name": "Tom", "email": "tom"}, "such as name@example.org"),
        ({"name": "Tom", "email": patient.user.email.upper()}, "This is your own address."),
    ):
        answer = client.post(PATH, typed)
        assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert not Companion.objects.exists()


def test_a_patient_removes_a_companion_after_a_question(patient: Patient, stranger: Patient) -> None:
    companion = companion_of(patient, timezone.now())
    path = f"{PATH}{companion.pk}/remove/"
    client = proved_client(patient)
    assert "Remove Tom?" in text_of(client.get(path))
    assert Companion.objects.active().count() == 1
    others = proved_client(stranger).post(path, follow=True)
    assert "Nobody is left to remove there." in text_of(others)
    assert Companion.objects.active().count() == 1
    assert "Tom no longer sees anything of yours here." in text_of(client.post(path, follow=True))
    assert not Companion.objects.active().exists()
    assert "Nobody is left to remove there." in text_of(client.post(path, follow=True))


def test_the_link_says_whose_companion_and_signs_nobody_in(patient: Patient) -> None:
    companion = invited(patient, timezone.now())
    client, path = Client(), path_of(companion.pk)
    page = text_of(client.get(path))
    assert "Amara wants you as a companion" in page
    assert patient.user.last_name not in page
    assert not User.objects.filter(email=TOM).exists(), "opening does nothing: scanners open links"
    answer = client.post(path)
    assert answer["Location"] == "/accounts/login/code/?next=/companion/"
    assert "_auth_user_id" not in client.session
    assert Companion.objects.active().get().user == User.objects.get(email=TOM)
    again = client.post(path)
    assert (again.status_code, "It was accepted before." in text_of(again)) == (410, True)


def test_a_link_that_was_taken_back_or_made_up_opens_nothing(patient: Patient) -> None:
    companion = invited(patient, timezone.now())
    path = path_of(companion.pk)
    remove_companion(companion=companion, by=patient.user, now=timezone.now())
    for one in (path, "/accounts/companion/made-up/"):
        answer = Client().get(one)
        assert (answer.status_code, "Amara" in text_of(answer)) == (410, False)


def test_who_else_is_signed_in_does_not_become_the_companion(patient: Patient, nurse: StaffMember) -> None:
    companion = invited(patient, timezone.now())
    signed_in(nurse.user).post(path_of(companion.pk))
    assert Companion.objects.get().user == User.objects.get(email=TOM)
    assert not nurse.user.companionships.exists()


def test_the_mail_leads_to_the_page_and_the_code_goes_to_the_companion(
    patient: Patient, mailoutbox: Any
) -> None:
    companion = invited(patient, timezone.now())
    sweep()
    client = Client()
    client.post(path_of(companion.pk))
    client.post("/accounts/login/code/", {"email": TOM})
    assert [mail.to for mail in mailoutbox] == [[TOM], [TOM]]
    assert Event.objects.filter(patient=patient, verb="joined_as_companion").count() == 1
