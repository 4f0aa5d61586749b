"""Companions: who may be invited, what accepting opens, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.actions.code_requests import is_nobody, user_who_signs_in_with
from aftercare.people.actions.invitations import invite, signs_in_elsewhere
from aftercare.people.actions.invitations import render as render_invitation
from aftercare.people.actions.patients import enrol_patient
from aftercare.people.actions.withdrawal import take_back_patient, withdraw_patient
from aftercare.people.companions import actions
from aftercare.people.companions.actions import (
    accept_companionship,
    companion_of_token,
    path_of,
    remove_companion,
    token_of,
)
from aftercare.people.models import Clinic, Companion, Event, Patient, StaffMember, User
from clinic.erasure.actions import erase_person
from tests.factories import ClinicFactory, at, check_in, someone
from tests.people.companions.making import TOM, companion_of, invited

pytestmark = pytest.mark.django_db


def verbs(patient: Patient) -> list[str]:
    return list(patient.events.order_by("pk").values_list("verb", flat=True))


def test_an_invitation_is_mailed_to_the_companion_without_a_name(patient: Patient, mailoutbox: Any) -> None:
    companion = invited(patient, timezone.now(), email=" Tom@Test.example ")
    assert (companion.email, companion.user) == (TOM, None)
    assert not User.objects.filter(email=TOM).exists()
    sweep()
    [mail] = mailoutbox
    assert mail.to == [TOM]
    assert f"/accounts/companion/{token_of(companion.pk)}/" in mail.body
    for secret in ("Amara", "Test", patient.user.email, "Tom", str(companion.pk)):
        assert secret not in mail.body + mail.subject
    assert companion_of_token(token_of(companion.pk)) == companion
    assert token_of(companion.pk) not in (companion.token_hash, str(companion.pk))
    assert verbs(patient) == ["invited_companion"]


@pytest.mark.parametrize("is_patient", [True, False])
def test_the_mail_is_not_sent_once_it_would_open_nothing(
    patient: Patient, nurse: StaffMember, mailoutbox: Any, is_patient: bool
) -> None:
    companion = invited(patient, timezone.now())
    if is_patient:
        remove_companion(companion=companion, by=patient.user, now=timezone.now())
    else:
        withdraw_patient(patient=patient, reason="Moved.", by=nurse.user, now=timezone.now())
    assert not Companion.objects.exists(), "who never accepted leaves nothing"
    sweep()
    assert mailoutbox == []
    assert Message.objects.get(kind=actions.KIND).state == "withdrawn"


@pytest.mark.parametrize(
    ("email", "refusal"),
    [("AMARA@test.example", actions.OwnAddressError), (TOM.upper(), actions.InvitedAlreadyError)],
)
def test_addresses_that_are_taken_are_refused(
    patient: Patient, email: str, refusal: type[ValueError]
) -> None:
    invited(patient, at(1))
    with pytest.raises(refusal):
        invited(patient, at(2), email=email)


def test_three_companions_and_six_invitations_a_day_are_the_most(patient: Patient) -> None:
    for number in range(3):
        invited(patient, at(1), email=f"{number}@test.example")
    with pytest.raises(actions.TooManyCompanionsError):
        invited(patient, at(2))
    for number in range(3):
        remove_companion(companion=patient.companions.all()[0], by=patient.user, now=at(2))
        invited(patient, at(2), email=f"{number + 3}@test.example")
    remove_companion(companion=patient.companions.all()[0], by=patient.user, now=at(2))
    with pytest.raises(actions.InvitedTooOftenError):
        invited(patient, at(24))
    assert invited(patient, at(25, seconds=1)).email == TOM


def test_accepting_makes_a_user_who_is_neither_patient_nor_staff(patient: Patient) -> None:
    companion = companion_of(patient, at(1))
    user = User.objects.get(email=TOM)
    assert companion.user == user
    assert (user.first_name, user.is_staff, user.patients.exists()) == ("Tom", False, False)
    assert user_who_signs_in_with(TOM) == user, "codes to sign in go there"
    assert list(Companion.objects.active()) == [companion]
    assert verbs(patient) == ["invited_companion", "joined_as_companion"]
    assert patient.events.get(verb="joined_as_companion").actor == user


def test_who_is_known_here_keeps_the_account_and_the_name(patient: Patient, nurse: StaffMember) -> None:
    companion = companion_of(patient, at(1), name="My nurse", email=nurse.user.email)
    assert companion.user == nurse.user
    nurse.user.refresh_from_db()
    assert (nurse.user.first_name, companion.name) == ("Ruth", "My nurse")


def test_an_invitation_is_accepted_once_and_in_time(patient: Patient) -> None:
    companion = invited(patient, at(1))
    late = companion.ends_at
    with pytest.raises(actions.NoInvitationError):
        accept_companionship(companion=companion, now=late)
    accept_companionship(companion=companion, now=late - timedelta(seconds=1))
    with pytest.raises(actions.NoInvitationError):
        accept_companionship(companion=companion, now=late)


def test_the_patient_who_took_the_address_meanwhile_is_no_companion_of_their_own(patient: Patient) -> None:
    companion = invited(patient, at(1))
    User.objects.filter(pk=patient.user_id).update(email=TOM)
    with pytest.raises(actions.NoInvitationError):
        accept_companionship(companion=companion, now=at(2))


def test_removing_ends_the_access_and_keeps_the_name_of_who_filled_in(patient: Patient) -> None:
    companion = companion_of(patient, at(1))
    assert remove_companion(companion=companion, by=patient.user, now=at(2))
    assert not remove_companion(companion=companion, by=patient.user, now=at(3))
    companion.refresh_from_db()
    assert (companion.name, companion.email, companion.removed_at) == ("Tom", "", at(2))
    assert not Companion.objects.active().exists()
    assert verbs(patient)[-1] == "removed_companion"
    assert companion_of(patient, at(4)).user == companion.user, "who was removed may be invited again"


def test_a_patient_who_leaves_and_comes_back_has_no_companion(patient: Patient, nurse: StaffMember) -> None:
    companion_of(patient, at(1))
    withdraw_patient(patient=patient, reason="Moved.", by=patient.user, now=at(2))
    assert not Companion.objects.active().exists()
    take_back_patient(patient=patient, by=nurse.user, now=at(3))
    assert not Companion.objects.active().exists()


def test_a_patient_who_left_signs_in_as_a_companion_only_as_long_as_that_lasts(
    patient: Patient, nurse: StaffMember
) -> None:
    other = someone(patient, "Zoe")
    companion = companion_of(patient, at(1), email=other.user.email)
    withdraw_patient(patient=other, reason="Moved.", by=nurse.user, now=at(2))
    assert user_who_signs_in_with(other.user.email) == other.user
    remove_companion(companion=companion, by=patient.user, now=at(3))
    assert is_nobody(user_who_signs_in_with(other.user.email))


def test_staff_hand_no_link_to_a_patient_whose_sign_in_opens_anothers_recovery(
    patient: Patient, nurse: StaffMember
) -> None:
    other = someone(patient, "Zoe")
    companion_of(patient, at(1), email=other.user.email)
    assert signs_in_elsewhere(other)
    invitation = invite(patient=other, by=nurse.user, now=at(2))
    content = render_invitation(Message.objects.get(subject=invitation.pk), at(2))
    assert content is not None
    assert invitation.path not in content.body


def test_a_companion_who_is_enrolled_gets_the_name_of_the_clinic_and_is_asked_first(
    patient: Patient, nurse: StaffMember, other_clinic: Clinic
) -> None:
    companion_of(patient, at(1))
    enrolled = enrol_patient(
        clinic=other_clinic, by=nurse.user, now=at(2), email=TOM, first_name="Thomas", last_name="Baker"
    )
    assert (enrolled.user.get_full_name(), enrolled.is_pending) == ("Thomas Baker", True)
    third = ClinicFactory.create()
    with pytest.raises(ValidationError):
        enrol_patient(clinic=third, by=nurse.user, now=at(3), email=TOM, first_name="Tim", last_name="Baker")


def test_erasing_a_patient_forgets_the_companions_and_their_accounts(
    patient: Patient, nurse: StaffMember
) -> None:
    tom = companion_of(patient, at(1))
    colleague = companion_of(patient, at(1), name="Ruth", email=nurse.user.email)
    check_in(patient, 2)
    erase_person(user=patient.user, now=at(3))
    for companion in (tom, colleague):
        companion.refresh_from_db()
        assert (companion.name, companion.email, companion.removed_at) == ("", "", at(3))
    user = tom.user
    assert user is not None
    assert (user.erased_as, user.first_name, user.is_active) == ("companion", "", False)
    assert str(user) == "Former companion"
    nurse.user.refresh_from_db()
    assert (nurse.user.erased_as, nurse.user.first_name) == ("", "Ruth"), "who works here stays"


def test_erasing_a_patient_leaves_who_accompanies_somebody_else_too(patient: Patient) -> None:
    other = someone(patient, "Zoe")
    companion_of(patient, at(1))
    kept = companion_of(other, at(1))
    erase_person(user=patient.user, now=at(3))
    assert list(Companion.objects.active()) == [kept]
    assert User.objects.get(email=TOM).erased_as == ""


def test_erasing_a_companion_forgets_the_name_that_the_patient_wrote(patient: Patient) -> None:
    companion = companion_of(patient, at(1))
    assert companion.user is not None
    erase_person(user=companion.user, now=at(2))
    companion.refresh_from_db()
    assert (companion.name, companion.email, companion.removed_at) == ("", "", at(2))
    assert str(companion.user) == "Former companion"


def test_events_hold_no_words_and_the_link_goes_into_no_log(patient: Patient) -> None:
    companion = companion_of(patient, at(1))
    assert Event.objects.filter(subject=companion.pk).count() == 2
    for event in Event.objects.filter(subject=companion.pk):
        assert (event.data, event.details) == ({}, {})
    assert path_of(companion.pk).startswith("/accounts/companion/")
