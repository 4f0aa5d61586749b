"""Removal by the clinic: one asks, another agrees, a day passes, and the owner can refuse until then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from aftercare.outbox.delivery import sweep
from aftercare.people.factors.removal import (
    AlreadyAskedError,
    NobodyToApproveError,
    NotRemovableError,
    NotWaitingError,
    RemovalEndedError,
    WrongPersonError,
    approve_removal,
    ask_removal,
    cancel_removal,
    end_removals,
    refuse_removal,
)
from aftercare.people.factors.tasks import end
from aftercare.people.models import Clinic, Event, FactorRemoval, Patient, StaffMember, User
from tests.at_once import at_once
from tests.clinic.staff_client import QUEUE, staff_client, words
from tests.clock import frozen_at
from tests.factories import PatientFactory, StaffMemberFactory, at
from tests.people.proving import prove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache"), pytest.mark.frozen_at(at(1))]

DAY = timedelta(hours=24)


def with_app(user: User) -> None:
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)


@pytest.fixture
def asked(nurse: StaffMember, clinician: StaffMember, manager: StaffMember) -> FactorRemoval:
    """A manager asks for a nurse; a clinician can agree."""
    with_app(nurse.user)
    return ask_removal(user=nurse.user, clinic=nurse.clinic, by=manager.user, now=at(1))


@pytest.fixture
def approved(asked: FactorRemoval, clinician: StaffMember) -> FactorRemoval:
    return approve_removal(removal=asked, by=clinician.user, now=at(1))


class TestTheWait:
    def test_nothing_is_removed_before_a_day_and_then_everything(
        self, approved: FactorRemoval, nurse: StaffMember
    ) -> None:
        client = staff_client(nurse)
        prove(client, nurse.user, "mfa", type="totp")
        end_removals(at(1) + DAY - timedelta(seconds=1))
        assert Authenticator.objects.filter(user=nurse.user).count() == 2
        assert client.get(QUEUE).status_code == 200

        end_removals(at(1) + DAY)

        assert not Authenticator.objects.filter(user=nurse.user).exists()
        assert client.get(QUEUE).headers["Location"].startswith("/accounts/login/code/")
        approved.refresh_from_db()
        assert approved.outcome == FactorRemoval.Outcome.REMOVED

    def test_the_task_does_it_once(self, approved: FactorRemoval, nurse: StaffMember) -> None:
        with frozen_at(at(1) + DAY):
            end()
            with_app(nurse.user)
            end()
        assert Authenticator.objects.filter(user=nurse.user).count() == 2
        assert Event.objects.filter(verb=Event.Verb.RESET_FACTORS).count() == 1

    def test_without_a_second_person_nothing_is_ever_removed(
        self, asked: FactorRemoval, nurse: StaffMember
    ) -> None:
        end_removals(at(1) + 30 * DAY)
        assert Authenticator.objects.filter(user=nurse.user).count() == 2
        asked.refresh_from_db()
        assert asked.outcome == FactorRemoval.Outcome.LAPSED

    def test_after_a_week_nobody_can_agree(self, asked: FactorRemoval, clinician: StaffMember) -> None:
        with pytest.raises(NotWaitingError):
            approve_removal(removal=asked, by=clinician.user, now=at(1) + 7 * DAY)


class TestWhoAgrees:
    def test_neither_the_asker_nor_the_owner_nor_a_nurse_nor_a_stranger(
        self, asked: FactorRemoval, nurse: StaffMember, manager: StaffMember, outsider: StaffMember
    ) -> None:
        StaffMember.objects.filter(pk=nurse.pk).update(role="manager")
        other_nurse = StaffMemberFactory.create(clinic=nurse.clinic)
        StaffMember.objects.filter(pk=outsider.pk).update(role="manager")
        for person in (manager, nurse, other_nurse, outsider):
            with pytest.raises(WrongPersonError):
                approve_removal(removal=asked, by=person.user, now=at(1))
        asked.refresh_from_db()
        assert asked.approved_at is None

    def test_who_has_left_does_not(self, asked: FactorRemoval, clinician: StaffMember) -> None:
        StaffMember.objects.filter(pk=clinician.pk).update(is_active=False)
        with pytest.raises(WrongPersonError):
            approve_removal(removal=asked, by=clinician.user, now=at(1))

    def test_the_second_of_two_is_told_that_somebody_was_first(
        self, approved: FactorRemoval, nurse: StaffMember
    ) -> None:
        late = StaffMemberFactory.create(clinic=nurse.clinic, role="clinician")
        with pytest.raises(NotWaitingError):
            approve_removal(removal=approved, by=late.user, now=at(2))

    @pytest.mark.parametrize("who", ["asked_by", "user"])
    def test_the_database_refuses_them_too(self, asked: FactorRemoval, who: str) -> None:
        asked.approved_by, asked.approved_at = getattr(asked, who), at(1)
        with pytest.raises(IntegrityError), transaction.atomic():
            asked.save()


class TestWhoIsAskedFor:
    def test_nobody_asks_for_themselves(self, manager: StaffMember, clinician: StaffMember) -> None:
        with_app(manager.user)
        with pytest.raises(WrongPersonError):
            ask_removal(user=manager.user, clinic=manager.clinic, by=manager.user, now=at(1))

    def test_a_second_request_is_refused(self, asked: FactorRemoval, manager: StaffMember) -> None:
        with pytest.raises(AlreadyAskedError):
            ask_removal(user=asked.user, clinic=asked.clinic, by=manager.user, now=at(1))

    def test_alone_with_the_owner_it_takes_the_operator(self, manager: StaffMember, patient: Patient) -> None:
        with_app(patient.user)
        StaffMember.objects.exclude(pk=manager.pk).update(is_active=False)
        with pytest.raises(NobodyToApproveError):
            ask_removal(user=patient.user, clinic=manager.clinic, by=manager.user, now=at(1))

    def test_a_patient_without_one_has_nothing_to_remove(
        self, manager: StaffMember, clinician: StaffMember, patient: Patient
    ) -> None:
        with pytest.raises(NotRemovableError):
            ask_removal(user=patient.user, clinic=manager.clinic, by=manager.user, now=at(1))

    def test_who_works_elsewhere_is_helped_there(
        self, manager: StaffMember, clinician: StaffMember, outsider: StaffMember
    ) -> None:
        """Else two people of a clinic that treats somebody could open the pages of another clinic's staff."""
        PatientFactory.create(user=outsider.user, clinic=manager.clinic)
        with_app(outsider.user)
        with pytest.raises(NotRemovableError):
            ask_removal(user=outsider.user, clinic=manager.clinic, by=manager.user, now=at(1))

    @pytest.mark.parametrize("change", [{"pending_since": at(1)}, {"withdrawn_at": at(1)}])
    def test_a_patient_who_has_not_accepted_the_clinic_or_has_left_it(
        self, manager: StaffMember, clinician: StaffMember, patient: Patient, change: dict[str, object]
    ) -> None:
        with_app(patient.user)
        if "withdrawn_at" in change:
            change = change | {"withdrawn_by": manager.user}
        Patient.objects.filter(pk=patient.pk).update(**change)
        with pytest.raises(NotRemovableError):
            ask_removal(user=patient.user, clinic=manager.clinic, by=manager.user, now=at(1))

    def test_another_clinic_cannot(
        self, patient: Patient, other_clinic: Clinic, outsider: StaffMember
    ) -> None:
        with_app(patient.user)
        with pytest.raises(NotRemovableError):
            ask_removal(user=patient.user, clinic=other_clinic, by=outsider.user, now=at(1))


class TestStopping:
    @pytest.mark.parametrize("state", ["asked", "approved"])
    @pytest.mark.parametrize("who", ["manager", "clinician"])
    def test_either_of_the_two_stops_it(
        self, request: pytest.FixtureRequest, nurse: StaffMember, state: str, who: str
    ) -> None:
        removal = request.getfixturevalue(state)
        by: StaffMember = request.getfixturevalue(who)
        cancel_removal(removal=removal, by=by.user, now=at(2))
        end_removals(at(1) + 30 * DAY)
        assert Authenticator.objects.filter(user=nurse.user).count() == 2
        event = Event.objects.get(verb=Event.Verb.STOPPED_REMOVAL)
        assert (event.actor, event.data) == (by.user, {"user": nurse.user_id, "outcome": "cancelled"})

    def test_a_session_of_the_owner_does_not(self, approved: FactorRemoval, nurse: StaffMember) -> None:
        """It may be that of the person who set up the second step in the owner's place."""
        StaffMember.objects.filter(pk=nurse.pk).update(role="manager")
        with pytest.raises(WrongPersonError):
            cancel_removal(removal=approved, by=nurse.user, now=at(2))

    def test_what_has_ended_stays_ended(
        self, approved: FactorRemoval, manager: StaffMember, clinician: StaffMember
    ) -> None:
        refuse_removal(removal=approved, now=at(2))
        with pytest.raises(RemovalEndedError):
            approve_removal(removal=approved, by=clinician.user, now=at(2))
        with pytest.raises(RemovalEndedError):
            cancel_removal(removal=approved, by=manager.user, now=at(2))
        with pytest.raises(RemovalEndedError):
            refuse_removal(removal=approved, now=at(2))


class TestTheOwner:
    def link(self, address: str) -> str:
        """The path in the newest mail to an address."""
        bodies = [str(letter.body) for letter in mail.outbox if letter.to == [address]]
        return "/accounts/removal/" + bodies[-1].split("/accounts/removal/")[1].split()[0]

    def test_gets_a_mail_at_once_with_a_link_that_stops_it_after_a_press(
        self, asked: FactorRemoval, nurse: StaffMember
    ) -> None:
        sweep()
        link, client = self.link(nurse.user.email), Client()
        page = client.get(link)
        assert "Larkfield Skin Clinic asks to remove your second step at sign-in." in words(page)
        asked.refresh_from_db()
        assert asked.ended_at is None

        page = client.post(link, follow=True)

        assert "It is stopped Your second step stays." in words(page)
        asked.refresh_from_db()
        assert asked.outcome == FactorRemoval.Outcome.REFUSED
        event = Event.objects.get(verb=Event.Verb.STOPPED_REMOVAL)
        assert (event.actor, event.data["outcome"]) == (nurse.user, "refused")

    def test_reads_after_the_approval_when_it_is_removed(
        self, approved: FactorRemoval, nurse: StaffMember
    ) -> None:
        sweep()
        page = words(Client().get(self.link(nurse.user.email)))
        assert "It will be removed on Tuesday 13 January, 11:00." in page
        assert "It will be removed on Tuesday 13 January, 11:00." in " ".join(
            str(mail.outbox[-1].body).split()
        )

    def test_who_presses_too_late_reads_that_it_was_removed(
        self, approved: FactorRemoval, nurse: StaffMember
    ) -> None:
        end_removals(at(1) + DAY)
        page = Client().post(approved.path)
        assert "Your second step was removed" in words(page)
        assert "0161 496 0123" in words(page)

    def test_a_second_press_says_the_same(self, asked: FactorRemoval) -> None:
        for _time in range(2):
            assert "It is stopped" in words(Client().post(asked.path, follow=True))

    def test_a_made_up_link_stops_nothing(self, asked: FactorRemoval) -> None:
        for token in ("AAAA.b", asked.path.split("/")[3][:-2], "x"):
            assert Client().post(f"/accounts/removal/{token}/").status_code == 410
        asked.refresh_from_db()
        assert asked.ended_at is None

    def test_gets_a_mail_when_it_is_removed_and_when_it_is_stopped(
        self, approved: FactorRemoval, manager: StaffMember, nurse: StaffMember, patient: Patient
    ) -> None:
        end_removals(at(1) + DAY)
        with_app(patient.user)
        other = ask_removal(user=patient.user, clinic=manager.clinic, by=manager.user, now=at(1))
        cancel_removal(removal=other, by=manager.user, now=at(1))
        with frozen_at(at(1) + DAY):
            sweep()
        subjects = {(letter.to[0], letter.subject) for letter in mail.outbox}
        assert (nurse.user.email, "Your second step at sign-in was changed") in subjects
        assert (patient.user.email, "Your second step at sign-in stays") in subjects


def test_who_can_agree_gets_a_mail_that_names_nobody(
    asked: FactorRemoval, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    sweep()
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert letters.keys() == {nurse.user.email, clinician.user.email}
    body = str(letters[clinician.user.email].body)
    assert f"/clinic/staff/{nurse.pk}/second-step/" in body
    assert nurse.user.first_name not in body


def test_each_step_is_an_event_with_ids_only(
    asked: FactorRemoval, clinician: StaffMember, manager: StaffMember, patient: Patient
) -> None:
    approve_removal(removal=asked, by=clinician.user, now=at(1))
    end_removals(at(1) + DAY)
    with_app(patient.user)
    ask_removal(user=patient.user, clinic=manager.clinic, by=manager.user, now=at(2))
    kept = (
        Event.objects.filter(verb__contains="removal").order_by("pk").values_list("verb", "actor", "patient")
    )
    assert list(kept) == [
        ("asked_removal", manager.user_id, None),
        ("approved_removal", clinician.user_id, None),
        ("asked_removal", manager.user_id, patient.pk),
    ]
    reset = Event.objects.get(verb=Event.Verb.RESET_FACTORS)
    assert reset.actor == User.objects.system()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_the_owner_who_refuses_and_the_removal_do_not_both_happen(
        self, approved: FactorRemoval, nurse: StaffMember
    ) -> None:
        def refuse() -> None:
            try:
                refuse_removal(removal=approved, now=at(1) + DAY)
            except RemovalEndedError:
                return

        acts: list[Callable[[], None]] = [refuse, lambda: end_removals(at(1) + DAY)]
        at_once(*acts)
        approved.refresh_from_db()
        is_left = Authenticator.objects.filter(user=nurse.user).exists()
        assert is_left is (approved.outcome == FactorRemoval.Outcome.REFUSED)
        assert approved.outcome in {"refused", "removed"}
