"""Staff are told by the ways that each has chosen: the clinic's step decides who, the person's rules decide how."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert, ContactStep, Dispatch
from aftercare.alerts.notifying.messages import level_of
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import ContactPoint, Patient, Procedure, StaffMember
from tests.factories import alert_of, at
from tests.fixtures import NUMBER, MakePoint
from tools.servers.providers.answering import Answer, Provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def telephone(make_point: MakePoint) -> ContactPoint:
    return make_point()


def swept(minute: float) -> int:
    return sweep(lambda: at(20) + timedelta(minutes=minute))


def channels() -> list[tuple[str, str]]:
    return sorted(Message.objects.filter(kind="alert_dispatch").values_list("channel", "state"))


def test_who_has_set_nothing_gets_a_mail_at_once_as_before(
    patient: Patient, procedure: Procedure, nurse: StaffMember, mailoutbox: list[object]
) -> None:
    alert_of(patient, 20, signs=["pus"])

    swept(0)

    assert channels() == [("email", "sent")]


def test_an_urgent_alert_is_mailed_at_once_and_sent_by_sms_after_five_minutes(
    patient: Patient, procedure: Procedure, telephone: ContactPoint, gateway: Provider
) -> None:
    alert = alert_of(patient, 20, signs=["pus"])

    swept(0)
    assert channels() == [("email", "sent"), ("sms", "pending")]
    swept(4.9)
    assert gateway.received == []
    swept(5)

    assert channels() == [("email", "sent"), ("sms", "sent")]
    number, text = gateway.texts[0]
    assert number == NUMBER
    assert text.startswith("Larkfield")
    assert f"URGENT alert {Alert.objects.get(pk=alert.pk).number}." in text
    assert "/h/" in text
    assert len(text) <= 160
    for word in ("Amara", "pus"):
        assert word not in text


def test_nobody_is_told_after_an_acknowledgement(
    patient: Patient, procedure: Procedure, nurse: StaffMember, telephone: ContactPoint, gateway: Provider
) -> None:
    alert = alert_of(patient, 20, signs=["pus"])
    swept(0)

    acknowledge(alert=alert, by=nurse.user, now=at(20) + timedelta(minutes=2))
    swept(5)

    assert channels() == [("email", "sent"), ("sms", "withdrawn")]
    assert gateway.received == []


def test_an_emergency_is_told_by_every_way_at_once(
    patient: Patient, procedure: Procedure, telephone: ContactPoint, gateway: Provider
) -> None:
    alert_of(patient, 20, emergency=["breathing"])

    swept(0)

    assert ("sms", "sent") in channels()
    assert "EMERGENCY alert" in gateway.texts[0][1]


def test_an_sms_that_is_refused_lets_the_next_step_be_told_though_a_mail_has_arrived(
    patient: Patient,
    procedure: Procedure,
    nurse: StaffMember,
    clinician: StaffMember,
    telephone: ContactPoint,
    gateway: Provider,
) -> None:
    for position, member in enumerate((nurse, clinician)):
        ContactStep.objects.create(clinic=nurse.clinic, position=position).members.add(member)
    gateway.otherwise = Answer(400)
    alert_of(patient, 20, emergency=["breathing"])

    swept(0)
    swept(0.1)

    undelivered = Dispatch.objects.get(reason="undelivered")
    assert undelivered.step == 1
    assert Message.objects.get(subject=undelivered.pk).recipient == clinician.user


def test_a_mail_that_is_refused_tells_nobody_else_where_an_sms_has_arrived(
    patient: Patient, procedure: Procedure, nurse: StaffMember, telephone: ContactPoint, gateway: Provider
) -> None:
    from aftercare.alerts.dispatching.undelivered import notify_next_step

    alert_of(patient, 20, emergency=["breathing"])
    swept(0)
    mail = Message.objects.get(kind="alert_dispatch", channel="email")

    notify_next_step([mail], at(21))

    assert not Dispatch.objects.filter(reason="undelivered").exists()


@pytest.mark.parametrize("reason", ["left_open", "silent_after_alert"])
def test_an_old_alert_wakes_nobody(urgent_alert: Alert, reason: str) -> None:
    dispatch = Dispatch(clinic=urgent_alert.clinic, patient=urgent_alert.patient, reason=reason)
    dispatch.event, dispatch.decided_at, dispatch.due_at = urgent_alert.pk, at(30), at(30)
    dispatch.save()
    dispatch.alerts.add(urgent_alert)

    assert level_of(dispatch) == "same_day"


def test_a_drill_goes_every_way_an_emergency_would(
    manager: StaffMember, nurse: StaffMember, telephone: ContactPoint, gateway: Provider
) -> None:
    from aftercare.alerts.actions.drills import start_drill

    start_drill(clinic=nurse.clinic, by=manager.user, now=at(20))
    swept(0)

    assert "This is a drill. No patient is waiting." in gateway.texts[0][1]
