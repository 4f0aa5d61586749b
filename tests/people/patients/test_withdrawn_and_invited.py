"""Withdrawing a patient ends the invitation that is out, and nobody invites the patient until they are taken back."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from aftercare.outbox.delivery import sweep
from aftercare.people.actions.invitations import WithdrawnError, hand_over, invite
from aftercare.people.actions.withdrawal import take_back_patient, withdraw_patient
from aftercare.people.models import Invitation, Patient, StaffMember
from tests.clock import frozen_at
from tests.factories import at
from tests.people.accounts.test_sign_in_link import is_signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def withdrawn(patient: Patient, nurse: StaffMember) -> Invitation:
    """An invitation that was out, and had not left, when its patient was withdrawn."""
    invitation = invite(patient=patient, by=nurse.user, now=at())
    withdraw_patient(patient=patient, reason="moved away", by=nurse.user, now=at(1))
    return invitation


def test_the_invitation_stops_and_its_mail_does_not_leave(withdrawn: Invitation, client: Client) -> None:
    sweep(lambda: at(2))
    assert mail.outbox == []
    withdrawn.refresh_from_db()
    assert withdrawn.stopped_at == at(1)
    with frozen_at(at(2)):
        assert client.get(withdrawn.path).status_code == 410
        assert client.post(withdrawn.path).status_code == 410
    assert not is_signed_in(client)


def test_nobody_is_invited_until_taken_back(withdrawn: Invitation, nurse: StaffMember) -> None:
    patient = withdrawn.patient
    with pytest.raises(WithdrawnError):
        invite(patient=patient, by=nurse.user, now=at(2))
    with pytest.raises(WithdrawnError):
        hand_over(patient=patient, by=nurse.user, now=at(2), way=Invitation.Way.LINK)
    assert Invitation.objects.get() == withdrawn

    take_back_patient(patient=patient, by=nurse.user, now=at(3))
    client = Client()
    link = hand_over(patient=patient, by=nurse.user, now=at(3), way=Invitation.Way.LINK)
    with frozen_at(at(4)):
        assert client.post(withdrawn.path).status_code == 410, "taking back opens no old link"
        assert client.post(link.path).status_code == 302
