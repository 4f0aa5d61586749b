"""Staff and periodic tasks at the same moment: each thing happens once."""

import threading
import time
from typing import Any

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.errors import AlreadyAcknowledgedError, AlreadyClosedError
from aftercare.alerts.following_up import escalation
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.notifying import notifications
from aftercare.alerts.notifying.notifications import drain
from aftercare.checkins.follow_up.non_response import record_silence_after_alerts
from aftercare.checkins.submission.actions import Receipt
from aftercare.outbox.models import Message
from aftercare.people.models import Event, Patient, StaffMember
from aftercare.triage import LIMITS
from tests.at_once import PATIENCE, Crossing, at_once
from tests.factories import at, check_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clinician")]


def events(alert: Alert, verb: Event.Verb) -> int:
    return Event.objects.filter(subject=alert.pk, verb=verb).count()


def test_of_two_nurses_who_acknowledge_at_once_one_is_told_the_other_was_first(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    outcomes = at_once(
        lambda: acknowledge(alert=urgent_alert, by=nurse.user, now=at(21)),
        lambda: acknowledge(alert=urgent_alert, by=clinician.user, now=at(21)),
    )

    assert {type(outcome) for outcome in outcomes} == {Alert, AlreadyAcknowledgedError}
    assert events(urgent_alert, Event.Verb.ACKNOWLEDGED) == 1
    taken = next(outcome for outcome in outcomes if isinstance(outcome, Alert))
    urgent_alert.refresh_from_db()
    assert urgent_alert.acknowledged_by == taken.acknowledged_by


def test_of_two_who_close_at_once_the_first_outcome_stays(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    outcomes = at_once(
        lambda: close(alert=urgent_alert, by=nurse.user, now=at(21), outcome="prescribed", note="Seen."),
        lambda: close(alert=urgent_alert, by=clinician.user, now=at(21), outcome="mistake", note="Seen."),
    )

    assert {type(outcome) for outcome in outcomes} == {Alert, AlreadyClosedError}
    assert events(urgent_alert, Event.Verb.CLOSED) == 1
    kept = next(outcome for outcome in outcomes if isinstance(outcome, Alert))
    urgent_alert.refresh_from_db()
    assert urgent_alert.outcome == kept.outcome


def test_two_escalations_at_once_tell_once(
    urgent_alert: Alert, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(escalation, "escalate_patient", Crossing()(escalation.escalate_patient))

    patients = at_once(*[lambda: escalation.escalate(at(21))] * 2)

    assert sorted(patients, key=str) == [0, 1]
    assert Dispatch.objects.filter(reason=Dispatch.Reason.UNACKNOWLEDGED).count() == 1
    assert events(urgent_alert, Event.Verb.ESCALATED) == 1
    urgent_alert.refresh_from_db()
    assert urgent_alert.escalations == 1
    assert "failed" not in caplog.text


def test_an_alert_acknowledged_while_it_is_being_escalated_is_not_told_again(
    urgent_alert: Alert, nurse: StaffMember
) -> None:
    late = list(Alert.objects.to_escalate(at(21)))
    acknowledge(alert=urgent_alert, by=nurse.user, now=at(21))

    assert not escalation.escalate_patient(late, at(21), LIMITS)
    assert not Dispatch.objects.filter(reason=Dispatch.Reason.UNACKNOWLEDGED).exists()


def test_a_dispatch_drained_twice_at_once_makes_one_message_for_each_recipient(
    urgent_alert: Alert,
    nurse: StaffMember,
    clinician: StaffMember,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(notifications, "drain_batch", Crossing()(notifications.drain_batch))

    drained = at_once(*[lambda: drain(at(20))] * 2)

    assert sorted(drained, key=str) == [0, 1]

    recipients = Message.objects.values_list("recipient", flat=True)
    assert sorted(recipients) == sorted([nurse.user_id, clinician.user_id])
    assert "could not be expanded" not in caplog.text


def test_silence_noted_twice_at_once_is_told_once(urgent_alert: Alert) -> None:
    told = at_once(*[lambda: record_silence_after_alerts(at(45))] * 2)

    assert sorted(told, key=str) == [0, 1]
    assert events(urgent_alert, Event.Verb.NOTED_SILENCE) == 1


def test_escalating_does_not_lock_out_a_check_in_of_the_same_patient(
    urgent_alert: Alert, patient: Patient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    claimed, claim_escalation = threading.Event(), escalation.claim_escalation

    def slow_claim(*args: Any) -> bool:
        turn = claim_escalation(*args)
        claimed.set()
        # Long enough for the check-in to come to the alert's row; less than SQLite waits for a writer.
        time.sleep(0.5)
        return turn

    def check_in_meanwhile() -> Receipt:
        assert claimed.wait(PATIENCE)
        return check_in(patient, 21, signs=["pus", "hives"])

    monkeypatch.setattr(escalation, "claim_escalation", slow_claim)

    patients, receipt = at_once(lambda: escalation.escalate(at(21)), check_in_meanwhile)

    assert patients == 1
    assert isinstance(receipt, Receipt)
    assert "failed" not in caplog.text
