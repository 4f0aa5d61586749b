"""Answers of a recipient: taking on, passing on once, giving back; who is first counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.answering.actions import pass_on, return_taken, take
from aftercare.alerts.answering.asked import Asked, asked_by, may_answer
from aftercare.alerts.following_up.escalation import escalate
from aftercare.alerts.models import Alert, Dispatch
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from tests.factories import alert_of, at, check_in
from tools.servers.providers.answering import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("telephones", "gateway")]


def minute(count: float) -> datetime:
    return at(20) + timedelta(minutes=count)


def asked_of(member: StaffMember) -> Asked:
    """What the newest SMS to the member asks."""
    message = Message.objects.filter(kind="alert_dispatch", channel="sms", recipient=member.user)
    asked = asked_by(message.latest("created_at"))
    assert asked is not None
    return asked


@pytest.fixture
def emergency(patient: Patient, procedure: Procedure) -> Alert:
    alert = alert_of(patient, 20, emergency=["breathing"])
    sweep(lambda: minute(0))
    return alert


def test_taking_on_acknowledges_as_the_recipient_and_says_how(emergency: Alert, nurse: StaffMember) -> None:
    assert take(asked=asked_of(nurse), now=minute(2), way="link")

    emergency.refresh_from_db()
    assert emergency.acknowledged_by == nurse.user
    assert emergency.follow_up_at == minute(12)
    event = Event.objects.get(verb="acknowledged", subject=emergency.pk)
    assert (event.actor, event.data) == (nurse.user, {"way": "link"})


def test_every_alert_of_the_message_is_taken_on_at_once(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 20, emergency=["breathing"], signs=["pus"])
    sweep(lambda: minute(0))

    take(asked=asked_of(nurse), now=minute(1), way="link")

    assert not patient.alerts.need_action().waiting().exists()


def test_who_comes_second_changes_nothing(
    emergency: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    asked = asked_of(nurse)
    acknowledge(alert=emergency, by=clinician.user, now=minute(1))

    assert not take(asked=asked, now=minute(2), way="link")

    emergency.refresh_from_db()
    assert emergency.acknowledged_by == clinician.user
    assert Event.objects.filter(verb="acknowledged").count() == 1


def test_taking_on_twice_is_one_act(emergency: Alert, nurse: StaffMember) -> None:
    assert take(asked=asked_of(nurse), now=minute(1), way="link")
    assert not take(asked=asked_of(nurse), now=minute(2), way="link")

    assert Event.objects.filter(verb="acknowledged").count() == 1


def test_a_forgotten_alert_is_taken_over(
    emergency: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    acknowledge(alert=emergency, by=nurse.user, now=minute(1))
    Alert.objects.filter(pk=emergency.pk).update(forgotten_since=minute(11))
    Message.objects.filter(channel="sms").update(recipient=clinician.user)

    assert take(asked=asked_of(clinician), now=minute(12), way="link")

    emergency.refresh_from_db()
    assert emergency.acknowledged_by == clinician.user


def test_passing_on_tells_the_next_step_at_once_and_only_once(
    emergency: Alert, nurse: StaffMember, clinician: StaffMember, gateway: Provider
) -> None:
    asked = asked_of(nurse)

    assert pass_on(asked=asked, now=minute(2), way="link")
    assert not pass_on(asked=asked, now=minute(2), way="link")
    sweep(lambda: minute(2))

    assert gateway.texts[-1][0].endswith("161")
    assert ": nobody has it." in gateway.texts[-1][1]
    assert Dispatch.objects.filter(reason="unacknowledged").count() == 1
    emergency.refresh_from_db()
    assert (emergency.status, emergency.escalations) == ("new", 1)
    event = Event.objects.get(verb="passed_on", subject=emergency.pk)
    assert (event.actor, event.data["way"], event.data["step"]) == (nurse.user, "link", 1)


def test_the_deadline_does_not_tell_the_same_step_again_after_a_passing_on(
    emergency: Alert, nurse: StaffMember
) -> None:
    pass_on(asked=asked_of(nurse), now=minute(2), way="link")

    assert escalate(minute(10)) == 0
    assert escalate(minute(32)) == 1


def test_nobody_passes_on_what_the_next_step_was_told_of_already(
    emergency: Alert, nurse: StaffMember
) -> None:
    escalate(minute(10))

    assert not pass_on(asked=asked_of(nurse), now=minute(11), way="link")

    assert Dispatch.objects.filter(reason="unacknowledged").count() == 1


def test_the_last_step_cannot_pass_on(emergency: Alert, nurse: StaffMember, clinician: StaffMember) -> None:
    pass_on(asked=asked_of(nurse), now=minute(2), way="link")
    sweep(lambda: minute(2))

    assert not pass_on(asked=asked_of(clinician), now=minute(3), way="link")


def test_what_somebody_has_cannot_be_passed_on(
    emergency: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    asked = asked_of(nurse)
    acknowledge(alert=emergency, by=clinician.user, now=minute(1))

    assert not pass_on(asked=asked, now=minute(2), way="link")


def test_giving_back_lets_it_wait_for_anybody_again(
    emergency: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    asked = asked_of(nurse)
    take(asked=asked, now=minute(1), way="link")

    assert return_taken(asked=asked, now=minute(2), way="link")
    assert not return_taken(asked=asked, now=minute(2), way="link")

    emergency.refresh_from_db()
    assert (emergency.status, emergency.owner) == ("new", None)
    assert Event.objects.get(verb="gave_back").data["way"] == "link"


def test_nobody_gives_back_what_another_has(
    emergency: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    acknowledge(alert=emergency, by=clinician.user, now=minute(1))

    assert not return_taken(asked=asked_of(nurse), now=minute(2), way="link")


def test_who_left_the_clinic_may_not_answer(emergency: Alert, nurse: StaffMember) -> None:
    assert may_answer(asked_of(nurse))

    StaffMember.objects.filter(pk=nurse.pk).update(is_active=False)

    assert not may_answer(asked_of(nurse))


def test_an_account_that_is_closed_may_not_answer(emergency: Alert, nurse: StaffMember) -> None:
    nurse.user.is_active = False
    nurse.user.save()

    assert not may_answer(asked_of(nurse))
