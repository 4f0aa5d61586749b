"""The pages on which a manager asks to remove a lost second step, and somebody else agrees."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from aftercare.people.factors.removal import ask_removal, end_removals, refuse_removal
from aftercare.people.models import Event, FactorRemoval, Patient, StaffMember
from tests.clinic.staff_client import patient_url, proved_client, staff_client, words
from tests.clock import frozen_at
from tests.factories import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]


@pytest.fixture(autouse=True)
def with_app(nurse: StaffMember, patient: Patient, clinician: StaffMember) -> None:
    """A nurse and a patient who have an app; a clinician works there too."""
    for user in (nurse.user, patient.user):
        TOTP.activate(user, generate_totp_secret())


@pytest.fixture
def place(nurse: StaffMember) -> str:
    return f"/clinic/staff/{nurse.pk}/second-step/"


def press(member: StaffMember, place: str, act: str, removal: FactorRemoval | None = None) -> Any:
    """Press a button of the page as it is drawn now, and read the page after it."""
    shown = removal or FactorRemoval.objects.open().first()
    fields = {"act": act, "removal": str(shown.pk) if shown else ""}
    return proved_client(member).post(place, fields, follow=True)


class TestTheWay:
    def test_a_manager_asks_a_clinician_agrees_and_a_day_later_it_is_removed(
        self, manager: StaffMember, clinician: StaffMember, nurse: StaffMember, place: str
    ) -> None:
        page = words(proved_client(manager).get(place))
        assert "Make sure that it is Ruth Test who has lost it: call a number that you know" in page
        assert "It is asked for." in words(press(manager, place, "ask"))
        page = words(proved_client(manager).get(place))
        assert "Ann Test asked to remove it" in page
        assert f"Who can agree: {clinician.user}." in page
        assert "I agree" not in page

        page = words(press(clinician, place, "agree"))

        assert "You have agreed. The second step is removed in 24 hours" in page
        assert "It is removed on Tuesday 13 January, 11:00." in page
        end_removals(at(25))
        assert not Authenticator.objects.filter(user=nurse.user).exists()
        with frozen_at(at(25)):
            assert "The last request: removed" in words(proved_client(manager).get(place))

    def test_for_a_patient_it_hangs_on_the_patients_page(
        self, manager: StaffMember, clinician: StaffMember, patient: Patient
    ) -> None:
        place = patient_url(patient, "second-step/")
        assert f'href="{place}"' in staff_client(manager).get(patient_url(patient)).content.decode()
        press(manager, place, "ask")
        press(clinician, place, "agree")
        assert FactorRemoval.objects.get().approved_by == clinician.user
        looks = Event.objects.filter(verb=Event.Verb.LOOKED, page="patient_second_step")
        assert {look.actor for look in looks} == {manager.user, clinician.user}

    def test_it_hangs_on_the_page_of_a_colleague(self, manager: StaffMember, place: str) -> None:
        page = staff_client(manager).get(place.replace("second-step/", ""))
        assert f'href="{place}"' in page.content.decode()


class TestWhoMay:
    def test_a_nurse_may_not_and_a_clinician_does_not_ask(
        self, nurse: StaffMember, clinician: StaffMember, place: str
    ) -> None:
        assert proved_client(clinician).post(place, {"act": "ask"}).status_code == 403
        other = StaffMember.objects.get(pk=nurse.pk)
        Authenticator.objects.filter(user=nurse.user).delete()
        assert staff_client(other).get(place).status_code == 403
        assert not FactorRemoval.objects.exists()

    def test_another_clinic_finds_nothing(self, outsider: StaffMember, patient: Patient, place: str) -> None:
        StaffMember.objects.filter(pk=outsider.pk).update(role="manager")
        for path in (place, patient_url(patient, "second-step/")):
            assert proved_client(outsider).get(path).status_code == 404
            assert proved_client(outsider).post(path, {"act": "ask"}).status_code == 404

    def test_an_aged_session_is_asked_and_does_nothing(self, manager: StaffMember, place: str) -> None:
        asked = staff_client(manager).post(place, {"act": "ask"})
        assert asked.headers["Location"] == "/accounts/reauthenticate/?next=%2Fclinic%2Ftyped%2F"
        assert not FactorRemoval.objects.exists()

    def test_alone_one_reads_whom_to_ask(
        self, manager: StaffMember, clinician: StaffMember, place: str
    ) -> None:
        StaffMember.objects.filter(pk=clinician.pk).update(is_active=False)
        page = words(proved_client(manager).get(place))
        assert "It takes a second person here, a manager or clinician, and there is none." in page
        assert "Ask to remove the second step" not in page

    def test_for_oneself_there_is_no_button(self, manager: StaffMember) -> None:
        page = words(proved_client(manager).get(f"/clinic/staff/{manager.pk}/second-step/"))
        assert "You cannot ask for yourself. Ask a manager." in page


class TestTheWrongPath:
    def test_the_second_of_two_managers_reads_that_a_colleague_was_first(
        self, manager: StaffMember, place: str
    ) -> None:
        press(manager, place, "ask")
        assert "A colleague was first: it has been asked for already." in words(press(manager, place, "ask"))
        assert FactorRemoval.objects.count() == 1

    def test_a_button_of_an_old_page_agrees_to_no_newer_request(
        self, manager: StaffMember, clinician: StaffMember, nurse: StaffMember, place: str
    ) -> None:
        old = ask_removal(user=nurse.user, clinic=nurse.clinic, by=manager.user, now=at(1))
        refuse_removal(removal=old, now=at(1))
        ask_removal(user=nurse.user, clinic=nurse.clinic, by=manager.user, now=at(1))
        page = words(press(clinician, place, "agree", old))
        assert "It has ended meanwhile. Nothing was changed." in page
        assert FactorRemoval.objects.open().get().approved_at is None

    def test_the_asker_who_presses_agree_is_refused(self, manager: StaffMember, place: str) -> None:
        press(manager, place, "ask")
        assert "That takes another person. Nothing was changed." in words(press(manager, place, "agree"))

    def test_either_stops_it_and_pressing_twice_says_so(
        self, manager: StaffMember, clinician: StaffMember, place: str
    ) -> None:
        press(manager, place, "ask")
        shown = FactorRemoval.objects.get()
        assert "It is stopped. The second step stays." in words(press(clinician, place, "stop"))
        again = words(press(manager, place, "stop", shown))
        assert "It has ended meanwhile. Nothing was changed." in again
        assert "The last request: stopped by the clinic" in again

    def test_a_made_up_button_does_nothing(self, manager: StaffMember, place: str) -> None:
        assert proved_client(manager).post(place, {"act": "x"}).status_code == 422
