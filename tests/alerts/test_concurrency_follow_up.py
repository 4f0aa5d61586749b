"""Telling again, calling, going home and starting a drill at the same moment: each thing happens once."""

import pytest

from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.contact_steps import add_step, move_up
from aftercare.alerts.actions.drills import DrillRunningError, end_drill, escalate_drills, start_drill
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.dispatching.reminders import remind
from aftercare.alerts.errors import AlreadyAcknowledgedError
from aftercare.alerts.following_up import escalation, unassign
from aftercare.alerts.following_up.unassign import return_to_pool
from aftercare.alerts.models import Alert, ContactAttempt, ContactStep, Dispatch, Drill
from aftercare.checkins.follow_up.unconfirmed import tell_unconfirmed
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Patient, Procedure, StaffMember
from tests.at_once import Crossing, at_once
from tests.factories import at, check_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clinician")]


def test_two_runs_at_once_tell_once_of_what_was_forgotten(
    owned_alert: Alert, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(escalation, "follow_up_patient", Crossing()(escalation.follow_up_patient))

    patients = at_once(*[lambda: escalation.follow_up(at(2))] * 2)

    assert sorted(patients, key=str) == [0, 1]
    assert Dispatch.objects.filter(reason=Dispatch.Reason.FORGOTTEN).count() == 1
    assert "could not" not in caplog.text


def test_a_call_at_the_moment_of_telling_leaves_nothing_forgotten(
    owned_alert: Alert, nurse: StaffMember
) -> None:
    def call() -> ContactAttempt:
        return record_contact_attempt(
            patient=owned_alert.patient, alert=owned_alert, by=nurse.user, now=at(2), result="reached"
        )

    attempt, told = at_once(call, lambda: escalation.follow_up(at(2)))

    assert isinstance(attempt, ContactAttempt)
    assert told in (0, 1)
    owned_alert.refresh_from_db()
    assert (owned_alert.forgotten_since, owned_alert.follow_up_at) == (None, None)


def test_two_who_take_over_a_forgotten_alert_at_once_one_is_told_the_other_was_first(
    owned_alert: Alert, clinician: StaffMember, manager: StaffMember
) -> None:
    escalation.follow_up(at(2))

    outcomes = at_once(
        lambda: acknowledge(alert=owned_alert, by=clinician.user, now=at(2)),
        lambda: acknowledge(alert=owned_alert, by=manager.user, now=at(2)),
    )

    assert {type(outcome) for outcome in outcomes} == {Alert, AlreadyAcknowledgedError}


def test_an_alert_goes_back_once_however_many_take_it_back(
    owned_alert: Alert, nurse: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    StaffMember.objects.filter(pk=nurse.pk).update(is_active=False)
    monkeypatch.setattr(unassign, "unassign_alert", Crossing()(unassign.unassign_alert))

    counts = at_once(*[lambda: return_to_pool(at(2))] * 2)

    assert sorted(counts, key=str) == [0, 1]
    assert Event.objects.filter(verb=Event.Verb.RETURNED).count() == 1
    assert Dispatch.objects.filter(reason=Dispatch.Reason.RETURNED).count() == 1


def test_reminders_and_messages_to_patients_are_written_once(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["lumps", "pus"])

    reminded = at_once(*[lambda: remind(at(7.5))] * 2)
    told = at_once(*[lambda: tell_unconfirmed(at(7.5))] * 2)

    assert not [outcome for outcome in [*reminded, *told] if isinstance(outcome, Exception)]
    assert Dispatch.objects.filter(reason=Dispatch.Reason.CLOSING).count() == 1
    assert Message.objects.filter(kind="unconfirmed_check_in").count() == 1


def test_of_two_drills_started_at_once_one_runs(clinic: Clinic, manager: StaffMember) -> None:
    outcomes = at_once(*[lambda: start_drill(clinic=clinic, by=manager.user, now=at(0))] * 2)

    assert {type(outcome) for outcome in outcomes} == {Drill, DrillRunningError}
    assert Dispatch.objects.filter(reason=Dispatch.Reason.DRILL).count() == 1


def test_a_drill_acknowledged_while_it_is_told_again_ends(clinic: Clinic, manager: StaffMember) -> None:
    drill = start_drill(clinic=clinic, by=manager.user, now=at(0))

    outcomes = at_once(
        lambda: escalate_drills(at(0.5)),
        lambda: end_drill(drill=drill, by=manager.user, now=at(0.5), acknowledged=True),
    )

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert not Drill.objects.running().exists()


def test_steps_added_and_moved_at_once_keep_their_numbers(
    clinic: Clinic, nurse: StaffMember, manager: StaffMember
) -> None:
    steps = [ContactStep.objects.create(clinic=clinic, position=position) for position in range(2)]

    def add() -> object:
        return add_step(
            clinic=clinic,
            hours="open",
            members=[nurse],
            on_duty=False,
            wait_min=30,
            by=manager.user,
            now=at(0),
        )

    outcomes = at_once(add, lambda: move_up(step=steps[1], by=manager.user, now=at(0)), add)

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert list(ContactStep.objects.values_list("position", flat=True)) == [0, 1, 2, 3]
