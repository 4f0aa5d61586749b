"""A second clinic enrols a person whom the portal knows: the person is asked, and nothing changes until then."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from aftercare.alerts.actions.patient_messages import PendingError, send_letter
from aftercare.outbox.delivery import sweep
from aftercare.people.actions.invitations import accept, hand_over, invite
from aftercare.people.actions.patient_details import change_details
from aftercare.people.actions.patients import enrol_patient
from aftercare.people.actions.procedures import add_procedure
from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.actions.withdrawal import withdraw_patient
from aftercare.people.models import Clinic, Event, Invitation, Patient, StaffMember
from tests.checkins.posting import ORDINARY_FORM
from tests.clock import frozen_at
from tests.factories import at

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(1)), pytest.mark.usefixtures("course_set")]

JOIN, CHOOSE = "/accounts/clinic/join/", "/accounts/clinic/"


@pytest.fixture
def asked(patient: Patient, outsider: StaffMember) -> Patient:
    """The same person, enrolled by another clinic a moment ago."""
    patient.user.language = "pl"
    patient.user.save()
    return enrol_patient(
        clinic=outsider.clinic,
        by=outsider.user,
        now=at(1),
        email="AMARA@test.example",
        first_name="Amara",
        last_name="Test",
        language="en",
    )


@pytest.fixture
def invitation(asked: Patient, outsider: StaffMember) -> Invitation:
    return invite(patient=asked, by=outsider.user, now=at(1))


def signed_in(patient: Patient) -> Client:
    client = Client()
    client.force_login(patient.user)
    return client


def clinic_of_form(client: Client) -> str:
    """The name of the clinic that the first page stands under."""
    title = re.search(r"<title>.* · (.*)</title>", client.get("/check-in/").content.decode())
    assert title is not None
    return title[1]


class TestUntilTheAnswer:
    def test_nothing_of_theirs_changes(self, patient: Patient, outsider: StaffMember) -> None:
        open_session = signed_in(patient)
        open_session.get("/")
        pending = enrol_patient(
            clinic=outsider.clinic,
            by=outsider.user,
            now=at(1),
            email=patient.user.email,
            first_name="Amara",
            last_name="Test",
            language="fr",
        )

        assert pending.is_pending
        patient.user.refresh_from_db()
        assert patient.user.language == ""
        for client in (open_session, signed_in(patient)):
            assert clinic_of_form(client) == "Larkfield Skin Clinic"
            assert "more than one clinic" not in client.get("/").content.decode()
            assert client.get(CHOOSE).status_code == 404
        open_session.post("/check-in/", {"token": str(uuid4()), **ORDINARY_FORM})
        assert (patient.check_ins.count(), pending.check_ins.count()) == (1, 0)

    def test_the_new_clinics_record_and_procedure_work_at_once(
        self, asked: Patient, outsider: StaffMember, nurse: StaffMember
    ) -> None:
        add_procedure(patient=asked, by=outsider.user, now=at(1), kind="mn", area="face", performed_at=at())
        client = Client()
        client.force_login(outsider.user)
        page = client.get(f"/clinic/patients/{asked.pk}/")
        assert page.status_code == 200
        assert "Waits for the patient’s yes" in page.content.decode()
        told = {"token": str(uuid4()), **ORDINARY_FORM}
        assert client.post(f"/clinic/patients/{asked.pk}/check-ins/new/", told).status_code == 302
        client.force_login(nurse.user)
        assert client.get(f"/clinic/patients/{asked.pk}/").status_code == 404

    def test_neither_clinic_moves_their_sign_in(
        self, asked: Patient, patient: Patient, nurse: StaffMember, outsider: StaffMember
    ) -> None:
        for name, value in (("first_name", "X"), ("email", "x@test.example"), ("language", "fr")):
            with pytest.raises(ValidationError):
                change_details(patient=asked, by=outsider.user, now=at(1), details={name: value})
        with pytest.raises(ValidationError):
            change_details(patient=patient, by=nurse.user, now=at(1), details={"email": "x@test.example"})
        assert change_details(patient=patient, by=nurse.user, now=at(1), details={"first_name": "Amy"})
        assert hand_over(patient=patient, by=nurse.user, now=at(1), way=Invitation.Way.LINK)

    def test_withdrawing_the_new_record_signs_them_out_nowhere(
        self, asked: Patient, patient: Patient, outsider: StaffMember
    ) -> None:
        client = signed_in(patient)
        withdraw_patient(patient=asked, reason="Wrong person.", by=outsider.user, now=at(1))
        assert client.get("/check-in/").status_code == 200

    def test_they_are_not_asked_for_a_check_in_that_they_cannot_send(
        self, asked: Patient, outsider: StaffMember
    ) -> None:
        with pytest.raises(PendingError):
            send_letter(patient=asked, template="check_in", by=outsider.user, now=at(1))
        assert send_letter(patient=asked, template="please_call", by=outsider.user, now=at(1))

    def test_staff_of_a_clinic_who_become_patients_are_asked_too(
        self, clinic: Clinic, nurse: StaffMember, outsider: StaffMember
    ) -> None:
        pending = enrol_patient(
            clinic=clinic,
            by=nurse.user,
            now=at(1),
            email=outsider.user.email,
            first_name="Olga",
            last_name="Test",
        )
        client = Client()
        client.force_login(outsider.user)
        assert pending.is_pending
        assert client.get("/").headers["Location"] == "/clinic/"

    def test_somebody_new_is_not_asked(self, clinic: Clinic, nurse: StaffMember) -> None:
        new = enrol_patient(
            clinic=clinic,
            by=nurse.user,
            now=at(1),
            email="new@test.example",
            first_name="New",
            last_name="Person",
        )
        assert not new.is_pending


class TestTheQuestion:
    def test_the_mail_asks_and_carries_the_link(self, invitation: Invitation) -> None:
        sweep(lambda: at(1))
        body = str(mail.outbox[-1].body)
        assert "asks if you want to use it with them too" in body
        assert invitation.path in body
        assert "Amara" not in body

    def test_signed_in_they_say_yes_with_one_press(
        self, invitation: Invitation, asked: Patient, patient: Patient
    ) -> None:
        client, elsewhere = signed_in(patient), signed_in(patient)
        assert "Elsewhere Clinic asks you" in client.get(invitation.path).content.decode()
        assert client.post(invitation.path, {"accept": "yes"}).headers["Location"] == CHOOSE

        asked.refresh_from_db()
        assert not asked.is_pending
        assert client.get(CHOOSE).status_code == 200
        assert elsewhere.get(CHOOSE).status_code == 302  # signed out: its session may not be theirs
        event = Event.objects.get(verb=Event.Verb.JOINED)
        assert (event.actor, event.patient) == (patient.user, asked)
        assert client.post(invitation.path, {"accept": "yes"}).status_code == 410

    def test_the_clinic_that_they_used_stays_the_default(
        self, invitation: Invitation, patient: Patient
    ) -> None:
        client = signed_in(patient)
        client.post(invitation.path, {"accept": "yes"})
        patient.user.refresh_from_db()
        for one in (client, signed_in(patient)):
            assert clinic_of_form(one) == "Larkfield Skin Clinic"

    def test_signed_out_they_sign_in_first_and_the_token_stays_in_its_own_link(
        self, invitation: Invitation, patient: Patient, asked: Patient
    ) -> None:
        client = Client()
        assert "Sign in to answer" in client.get(invitation.path).content.decode()
        leads_to = client.post(invitation.path, {"accept": "yes"}).headers["Location"]
        assert leads_to == f"/accounts/login/code/?next={JOIN.replace('/', '%2F')}"
        asked.refresh_from_db()
        assert asked.is_pending

        page = client.post(make_sign_in_link(user=patient.user, now=at(1), next_path=JOIN), follow=True)
        assert "Elsewhere Clinic asks you" in page.content.decode()
        assert client.post(JOIN, {"accept": "yes"}).status_code == 302
        asked.refresh_from_db()
        assert not asked.is_pending

    def test_a_press_that_does_not_say_yes_changes_nothing(
        self, invitation: Invitation, patient: Patient, asked: Patient
    ) -> None:
        assert signed_in(patient).post(invitation.path).status_code == 200
        asked.refresh_from_db()
        assert asked.is_pending

    def test_nobody_else_answers(
        self, invitation: Invitation, stranger: Patient, outsider: StaffMember, asked: Patient
    ) -> None:
        for person, status in ((outsider, 403), (stranger, 409)):
            client = Client()
            client.force_login(person.user)
            assert client.post(invitation.path, {"accept": "yes"}).status_code == status
            assert client.get(JOIN).status_code == 404
        assert Client().get(JOIN).status_code == 302
        asked.refresh_from_db()
        assert asked.is_pending

    def test_a_stopped_question_is_gone(self, invitation: Invitation, patient: Patient) -> None:
        client = Client()
        client.post(invitation.path)
        client.post(make_sign_in_link(user=patient.user, now=at(1)))
        Invitation.objects.update(stopped_at=at(1))
        assert client.get(JOIN).status_code == 410
        assert not accept(invitation=invitation, default=patient, now=at(1))


class TestTheFormOfSeveralClinics:
    @pytest.fixture
    def joined(self, invitation: Invitation, patient: Patient, asked: Patient) -> Patient:
        accept(invitation=invitation, default=patient, now=at(1))
        asked.refresh_from_db()
        patient.user.refresh_from_db()
        return asked

    def test_it_names_the_clinic_that_it_goes_to(self, joined: Patient, patient: Patient) -> None:
        client = signed_in(patient)
        page = client.get("/check-in/").content.decode()
        assert "This goes to <b>Larkfield Skin Clinic</b>." in page
        assert f'name="record" value="{patient.pk}"' in page
        chosen = client.post(f"{CHOOSE}?next=/check-in/", {"patient": str(joined.pk)}, follow=True)
        assert "This goes to <b>Elsewhere Clinic</b>." in chosen.content.decode()

    def test_of_one_clinic_it_names_none(self, patient: Patient) -> None:
        page = signed_in(patient).get("/check-in/").content.decode()
        assert "This goes to" not in page
        assert 'name="record"' not in page

    def test_it_goes_to_the_clinic_that_it_named_whatever_was_chosen_since(
        self, joined: Patient, patient: Patient
    ) -> None:
        client = signed_in(patient)
        client.post(CHOOSE, {"patient": str(joined.pk)})
        told = {"token": str(uuid4()), **ORDINARY_FORM, "record": str(patient.pk)}
        assert client.post("/check-in/", told).status_code == 302
        assert (patient.check_ins.count(), joined.check_ins.count()) == (1, 0)

    def test_the_last_one_chosen_is_the_default_of_the_next_session(
        self, joined: Patient, patient: Patient
    ) -> None:
        # Later than the answer to the invitation: at the same instant neither would be the last.
        with frozen_at(at(2)):
            signed_in(patient).post(CHOOSE, {"patient": str(joined.pk)})
            assert clinic_of_form(signed_in(patient)) == "Elsewhere Clinic"

    def test_a_form_for_a_clinic_that_is_theirs_no_longer_is_asked_about_before_it_is_sent(
        self, joined: Patient, patient: Patient, outsider: StaffMember
    ) -> None:
        withdraw_patient(patient=joined, reason="Moved.", by=outsider.user, now=at(1))
        patient.user.refresh_from_db()
        client, told = signed_in(patient), {"token": str(uuid4()), **ORDINARY_FORM, "record": str(joined.pk)}
        response = client.post("/check-in/", {**told, "redness": "3"})
        page = response.content.decode()
        assert response.status_code == 422
        assert "This form was for another clinic" in page
        assert f'name="record" value="{patient.pk}"' in page
        assert patient.check_ins.count() == 0
        client.post("/check-in/", {**told, "emergency": "eye"})
        assert patient.check_ins.count() == 1

    def test_an_answer_to_change_is_found_at_its_own_clinic(self, joined: Patient, patient: Patient) -> None:
        client = signed_in(patient)
        told = {"token": str(uuid4()), **ORDINARY_FORM, "record": str(joined.pk)}
        client.post("/check-in/", told)
        page = client.get(f"/check-in/?correct={joined.check_ins.get().pk}")
        assert "This goes to <b>Elsewhere Clinic</b>." in page.content.decode()
