"""Changing how a patient is reached and named."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from aftercare.people.actions.invitations import hand_over
from aftercare.people.actions.patient_details import change_details
from aftercare.people.models import Event, Invitation, Patient, StaffMember, User
from tests.factories import PatientFactory, StaffMemberFactory, at
from tests.people.accounts.test_sign_in_link import is_signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(1))]

CODE_PAGE, TYPE_PAGE = "/accounts/login/code/", "/accounts/login/code/confirm/"


def change(patient: Patient, by: StaffMember, **details: Any) -> list[str]:
    return change_details(patient=patient, by=by.user, now=at(1), details=details)


def code_sent_to(address: str, client: Client) -> str | None:
    """The code that is mailed when somebody asks for one with this address; None where none is."""
    client.post(CODE_PAGE, {"email": address})
    sent = [str(letter.body) for letter in mail.outbox if letter.to == [address]]
    found = re.search(r"^([A-Z0-9-]{6,})$", sent[-1], re.MULTILINE) if sent else None
    return found[1] if found else None


def test_what_differs_is_stored_and_who_changed_what_is_kept(patient: Patient, nurse: StaffMember) -> None:
    changed = change(
        patient,
        nurse,
        first_name="Amara",
        last_name="Osei",
        language="pl",
        call_back_telephone="07700 900142",
        call_back_hours="after 17:00",
        record_number="L-7",
        time_zone="Europe/Paris",
        date_of_birth=date(1990, 4, 30),
    )

    patient = Patient.objects.get()
    assert (str(patient.user), patient.user.language) == ("Amara Osei", "pl")
    assert (patient.call_back_telephone, patient.call_back_hours) == ("+447700900142", "after 17:00")
    assert (patient.record_number, patient.time_zone) == ("L-7", "Europe/Paris")
    assert patient.date_of_birth == date(1990, 4, 30)
    event = Event.objects.get(verb=Event.Verb.CHANGED_DETAILS)
    assert (event.actor, event.patient) == (nurse.user, patient)
    assert event.data == {"fields": changed}, "the names of what changed, not the details themselves"
    assert "first_name" not in changed


def test_where_nothing_differs_nothing_is_kept(patient: Patient, nurse: StaffMember) -> None:
    assert change(patient, nurse, first_name="Amara", call_back_telephone="") == []
    assert not Event.objects.filter(verb=Event.Verb.CHANGED_DETAILS).exists()


def test_another_telephone_ends_no_sign_in(patient: Patient, nurse: StaffMember, client: Client) -> None:
    client.force_login(patient.user)
    change(patient, nurse, call_back_telephone="07700 900199")
    assert client.get("/").status_code == 200
    assert is_signed_in(client)


class TestAnotherAddress:
    def test_whoever_came_in_by_the_old_one_is_signed_out(
        self, patient: Patient, nurse: StaffMember, client: Client
    ) -> None:
        client.force_login(patient.user)
        change(patient, nurse, email="right@test.example")
        assert client.get("/check-ins/").status_code == 302

    def test_an_invitation_that_is_out_stops(
        self, patient: Patient, nurse: StaffMember, client: Client
    ) -> None:
        link = hand_over(patient=patient, by=nurse.user, now=at(), way=Invitation.Way.LINK)
        change(patient, nurse, email="right@test.example")
        assert client.post(link.path).status_code == 410

    def test_codes_go_to_the_new_address_and_no_more_to_the_old_one(
        self, patient: Patient, nurse: StaffMember, client: Client
    ) -> None:
        EmailAddress.objects.create(
            user=patient.user, email="amara@test.example", verified=True, primary=True
        )
        change(patient, nurse, email="right@test.example")

        assert code_sent_to("amara@test.example", Client()) is None
        code = code_sent_to("right@test.example", client)
        client.post(TYPE_PAGE, {"code": code})
        assert is_signed_in(client)

    def test_a_code_that_went_to_the_old_address_before_signs_nobody_in(
        self, patient: Patient, nurse: StaffMember, client: Client
    ) -> None:
        code = code_sent_to("amara@test.example", client)
        assert code
        change(patient, nurse, email="right@test.example")

        response = client.post(TYPE_PAGE, {"code": code})

        assert response.headers["Location"] == CODE_PAGE
        assert not is_signed_in(client)

    def test_somebody_elses_is_refused_and_nothing_changes(
        self, patient: Patient, nurse: StaffMember, stranger: Patient
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            change(patient, nurse, email=stranger.user.email, call_back_telephone="1")
        assert list(refused.value.message_dict) == ["email"]
        patient.refresh_from_db()
        assert patient.call_back_telephone == ""


@pytest.mark.parametrize("role", ["colleague", "patient elsewhere"])
def test_the_name_and_address_of_who_signs_in_elsewhere_too_are_not_changed_here(
    patient: Patient, nurse: StaffMember, stranger: Patient, role: str
) -> None:
    if role == "colleague":
        StaffMemberFactory.create(user=patient.user, clinic=patient.clinic)
    else:
        PatientFactory.create(user=patient.user, clinic=stranger.clinic)

    for name, value in (("email", "mine@test.example"), ("first_name", "X"), ("last_name", "X")):
        with pytest.raises(ValidationError) as refused:
            change(patient, nurse, **{name: value})
        assert list(refused.value.message_dict) == [name]
    assert change(patient, nurse, call_back_telephone="+447700900199") == ["call_back_telephone"]
    assert User.objects.get(pk=patient.user_id).email == "amara@test.example"
