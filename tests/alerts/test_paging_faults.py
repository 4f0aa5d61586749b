"""What broke in other paging services: each fault by its name, and that it does not happen here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from aftercare.alerts.actions.ownership import acknowledge, give_back
from aftercare.alerts.following_up import chases, escalation, unassign
from aftercare.alerts.locking import locked
from aftercare.alerts.models import Alert, ContactStep, Dispatch
from aftercare.checkins.follow_up.non_response import record_silence_after_alerts
from aftercare.outbox.delivery import sweep
from aftercare.outbox.models import Message
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from tests.at_once import Crossing, at_once
from tests.factories import alert_of, at, check_in
from tests.fixtures import MakePoint
from tools.servers.providers.answering import Answer, Provider

DAY = 24 * 60
NUMBERS = {"Ruth": "+447700900163", "Tom": "+447700900164"}


@pytest.fixture(autouse=True)
def telephones(nurse: StaffMember, clinician: StaffMember, make_point: MakePoint) -> None:
    """The nurse is the first step, the clinician the second; both have a telephone."""
    for position, member in enumerate((nurse, clinician)):
        make_point(member.user, address=NUMBERS[member.user.first_name])
        ContactStep.objects.create(clinic=member.clinic, position=position, wait_min=30).members.add(member)


def minute(count: float) -> datetime:
    """Return the instant so many minutes after the alert was opened: on Tuesday at 06:00, before the clinic opens."""
    return at(20) + timedelta(minutes=count)


def run_until(last: float, *, first: float = 0, every: float = 5) -> None:
    """Run what beat runs, from one minute to another."""
    now = first
    while now <= last:
        for act in (
            escalation.escalate,
            escalation.follow_up,
            unassign.return_to_pool,
            chases.notify_left_open,
        ):
            act(minute(now))
        record_silence_after_alerts(minute(now))
        sweep(lambda: minute(now))  # noqa: B023 (called in this turn)
        now += every


def texts_to(gateway: Provider, name: str) -> list[str]:
    return [text for number, text in gateway.texts if number == NUMBERS[name]]


class TestEscalationPausedAndNeverResumed:
    """Something stops the escalation, and when that is over nobody is told any more."""

    def give_it_back(self, alert: Alert, nurse: StaffMember) -> None:
        give_back(alert=alert, by=nurse.user, now=minute(20))

    def report_again(self, alert: Alert, _nurse: StaffMember) -> None:
        check_in(alert.patient, minute(20), emergency=["breathing"])

    def go_away(self, _alert: Alert, nurse: StaffMember) -> None:
        StaffMember.objects.filter(pk=nurse.pk).update(away_from=minute(20))

    def leave(self, _alert: Alert, nurse: StaffMember) -> None:
        StaffMember.objects.filter(pk=nurse.pk).update(is_active=False)

    def do_nothing(self, _alert: Alert, _nurse: StaffMember) -> None:
        pass

    @pytest.mark.django_db
    @pytest.mark.parametrize("resume", [give_it_back, report_again, go_away, leave, do_nothing])
    def test_escalation_paused_and_never_resumed(
        self,
        resume: Callable[[object, Alert, StaffMember], None],
        patient: Patient,
        procedure: Procedure,
        nurse: StaffMember,
        gateway: Provider,
    ) -> None:
        alert = alert_of(patient, 20, emergency=["breathing"])
        run_until(5)
        acknowledge(alert=alert, by=nurse.user, now=minute(6))
        run_until(19, first=10)
        before = len(texts_to(gateway, "Tom"))
        resume(self, alert, nurse)

        # The last step is told again and again, until somebody acts.
        run_until(2.5 * 60, first=20, every=30)
        after = len(texts_to(gateway, "Tom"))
        assert after > before
        run_until(4 * 60, first=3 * 60, every=30)
        assert len(texts_to(gateway, "Tom")) > after

    @pytest.mark.django_db
    def test_nobody_is_available_for_a_night(
        self, patient: Patient, procedure: Procedure, clinician: StaffMember, gateway: Provider
    ) -> None:
        StaffMember.objects.update(away_from=minute(-60), away_until=minute(120))
        alert_of(patient, 20, emergency=["breathing"])
        run_until(115, every=20)

        before = len(texts_to(gateway, "Tom"))
        run_until(3 * 60, first=120, every=30)

        assert len(texts_to(gateway, "Tom")) > before

    @pytest.mark.django_db
    def test_the_worker_stands_still_for_a_day(
        self, patient: Patient, procedure: Procedure, clinician: StaffMember, gateway: Provider
    ) -> None:
        alert_of(patient, 20, emergency=["breathing"])
        run_until(0)

        run_until(DAY + 60, first=DAY, every=30)

        assert len(texts_to(gateway, "Tom")) >= 2


class TestPagingAfterAcknowledgement:
    """What was on its way when somebody acknowledged does not arrive any more."""

    @pytest.mark.django_db
    def test_paging_after_acknowledgement(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember, gateway: Provider
    ) -> None:
        alert = alert_of(patient, 20, signs=["pus"])
        # The mail has left, the SMS would follow after five minutes.
        run_until(4)

        acknowledge(alert=alert, by=nurse.user, now=minute(4.5))
        run_until(25, first=5)

        assert gateway.received == []
        assert Message.objects.get(channel="sms", recipient=nurse.user).state == Message.State.WITHDRAWN

    @pytest.mark.django_db
    def test_a_message_that_is_tried_again_does_not_outlive_the_acknowledgement(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember, gateway: Provider
    ) -> None:
        gateway.otherwise = Answer(503)
        alert = alert_of(patient, 20, emergency=["breathing"])
        run_until(5, every=1)
        tried = len(gateway.received)
        assert tried > 0

        acknowledge(alert=alert, by=nurse.user, now=minute(6))
        gateway.otherwise = Answer()
        # Shorter than the time in which the patient has to be called.
        run_until(15, first=7, every=1)

        assert len(gateway.received) == tried
        assert Message.objects.get(channel="sms", recipient=nurse.user).state == Message.State.WITHDRAWN

    @pytest.mark.django_db
    def test_a_dispatch_without_messages_is_not_told_after_the_acknowledgement(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember, gateway: Provider
    ) -> None:
        alert = alert_of(patient, 20, emergency=["breathing"])
        escalation.escalate(minute(16))
        acknowledge(alert=alert, by=nurse.user, now=minute(17))

        run_until(25, first=18)

        assert gateway.received == []
        assert not Dispatch.objects.filter(drained_at=None).exists()


@pytest.mark.django_db
def test_an_old_acknowledged_alert_wakes_somebody(
    patient: Patient, procedure: Procedure, nurse: StaffMember, gateway: Provider
) -> None:
    alert = alert_of(patient, 20, emergency=["breathing"])
    run_until(0)
    acknowledge(alert=alert, by=nurse.user, now=minute(1))
    # The patient is reached, the alert is not closed: after a day without a check-in, and after three, its owner is
    # asked what became of it.
    Alert.objects.filter(pk=alert.pk).update(reached_at=minute(2), follow_up_at=None)
    before = len(gateway.received)

    run_until(5 * DAY, first=60, every=6 * 60)

    reasons = set(Dispatch.objects.values_list("reason", flat=True))
    assert {"left_open", "silent_after_alert"} <= reasons
    asked = Message.objects.filter(created_at__gt=minute(60))
    assert {channel for (channel,) in asked.values_list("channel")} == {"email"}
    assert len(gateway.received) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["acknowledgement", "escalation", "neither"])
def test_an_acknowledgement_and_an_escalation_at_the_same_moment(
    first: str,
    patient: Patient,
    procedure: Procedure,
    nurse: StaffMember,
    gateway: Provider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alert = alert_of(patient, 20, emergency=["breathing"])
    sweep(lambda: minute(0))
    told = len(gateway.received)
    late = 16

    def escalate() -> None:
        escalation.escalate(minute(late))
        sweep(lambda: minute(late))

    def take() -> None:
        acknowledge(alert=alert, by=nurse.user, now=minute(late))

    if first == "neither":
        together = Crossing()
        with monkeypatch.context() as patch:
            patch.setattr(escalation, "escalate_patient", together(escalation.escalate_patient))
            patch.setattr("aftercare.alerts.actions.ownership.locked", together(locked))
            assert at_once(escalate, take) == [None, None]
    else:
        for act in (take, escalate) if first == "acknowledgement" else (escalate, take):
            act()
    for later in (late + 0.5, late + 1, late + 60):
        escalation.escalate(minute(later))
        sweep(lambda: minute(later))  # noqa: B023 (called in this turn)

    # One state: it has an owner, and nobody is to be told any more.
    alert.refresh_from_db()
    assert (alert.status, alert.owner, alert.next_escalation_at) == ("acknowledged", nurse.user, None)
    assert Event.objects.filter(subject=alert.pk, verb=Event.Verb.ACKNOWLEDGED).count() == 1
    assert Dispatch.objects.filter(reason="unacknowledged").count() <= 1
    # At most one extra message, to the next step, and to the same telephone one that says who has it.
    sent = Message.objects.filter(state=Message.State.SENT, channel="sms")
    pages = sent.filter(
        subject__in=Dispatch.objects.filter(reason="unacknowledged").values("pk"), kind="alert_dispatch"
    )
    assert pages.count() <= (0 if first == "acknowledgement" else 1)
    taken = sent.filter(kind="alert_taken")
    assert pages.count() <= taken.count() <= 1
    assert len(gateway.received) == told + pages.count() + taken.count()
    assert not Message.objects.filter(finished_at=None).exists()
