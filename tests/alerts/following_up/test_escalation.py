"""Telling the next contact, again and again, until a person has acknowledged."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.following_up import escalation
from aftercare.alerts.following_up.escalation import escalate, unacknowledged_alerts
from aftercare.alerts.models import Alert, ContactStep, Dispatch
from aftercare.people.models import Clinic, Event, Patient, Procedure, StaffMember, User
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_steps(
    clinic: Clinic, nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> list[ContactStep]:
    steps = []
    for position, member in enumerate((nurse, clinician, manager)):
        step = ContactStep.objects.create(clinic=clinic, position=position)
        step.members.add(member)
        steps.append(step)
    return steps


def told() -> list[tuple[datetime, int]]:
    """When which step was told that nobody has acknowledged."""
    late = Dispatch.objects.filter(reason=Dispatch.Reason.UNACKNOWLEDGED).order_by("decided_at")
    return [(dispatch.decided_at, dispatch.step) for dispatch in late]


def run_every_minute(first: datetime, minutes: int) -> None:

    for minute in range(minutes + 1):
        escalate(first + timedelta(minutes=minute))


def test_nobody_is_told_before_thirty_minutes(urgent_alert: Alert) -> None:
    assert escalate(at(20, minutes=29, seconds=59)) == 0
    assert escalate(at(20, minutes=30)) == 1


def test_an_emergency_is_told_after_ten_minutes(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 20, emergency=["eye"])

    assert escalate(at(20, minutes=9, seconds=59)) == 0
    assert escalate(at(20, minutes=10)) == 1


def test_each_turn_tells_the_next_step_and_the_last_step_goes_on_being_told(
    urgent_alert: Alert, three_steps: list[ContactStep]
) -> None:
    run_every_minute(at(20), 125)

    assert told() == [
        (at(20, minutes=30), 1),
        (at(20, minutes=60), 2),
        (at(20, minutes=90), 2),
        (at(20, minutes=120), 2),
    ]


def test_an_emergency_reaches_the_last_step_after_twenty_minutes(
    patient: Patient, procedure: Procedure, three_steps: list[ContactStep]
) -> None:
    check_in(patient, 20, emergency=["eye"])

    run_every_minute(at(20), 55)

    assert told() == [(at(20, minutes=10), 1), (at(20, minutes=20), 2), (at(20, minutes=50), 2)]


def test_a_clinic_with_no_steps_is_told_as_a_whole_again_and_again(urgent_alert: Alert) -> None:
    run_every_minute(at(20), 61)

    assert told() == [(at(20, minutes=30), 0), (at(20, minutes=60), 0)]


def test_after_an_outage_each_alert_is_told_once(urgent_alert: Alert, three_steps: list[ContactStep]) -> None:
    assert escalate(at(44)) == 1
    assert escalate(at(44)) == 0

    assert told() == [(at(44), 1)]


def test_alerts_of_one_patient_are_told_together(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 20, signs=["pus", "hives", "lumps"])

    assert escalate(at(21)) == 1

    dispatch = Dispatch.objects.get(reason=Dispatch.Reason.UNACKNOWLEDGED)
    assert sorted(dispatch.alerts.values_list("rule", flat=True)) == ["hives", "pus"]


def test_each_telling_is_kept_as_an_event_of_the_system(
    urgent_alert: Alert, three_steps: list[ContactStep]
) -> None:
    escalate(at(21))

    event = Event.objects.get(verb=Event.Verb.ESCALATED)
    assert (event.actor, event.subject, event.at) == (User.objects.system(), urgent_alert.pk, at(21))
    assert event.data == {"step": 1, "turn": 1}


@pytest.mark.parametrize("act", ["acknowledge", "close"])
def test_once_somebody_has_it_nobody_else_is_told(urgent_alert: Alert, nurse: StaffMember, act: str) -> None:
    if act == "close":
        close(alert=urgent_alert, by=nurse.user, now=at(20, minutes=5), outcome="prescribed", note="Seen.")
    else:
        acknowledge(alert=urgent_alert, by=nurse.user, now=at(20, minutes=5))

    assert escalate(at(30)) == 0
    assert unacknowledged_alerts(urgent_alert.patient, at(30)) == []


def test_what_is_unacknowledged_now_does_not_depend_on_who_was_told(urgent_alert: Alert) -> None:
    assert unacknowledged_alerts(urgent_alert.patient, at(20, minutes=29)) == []
    assert unacknowledged_alerts(urgent_alert.patient, at(20, minutes=30)) == [urgent_alert]

    escalate(at(20, minutes=30))

    assert unacknowledged_alerts(urgent_alert.patient, at(20, minutes=31)) == [urgent_alert]


def test_one_patients_fault_keeps_no_other_alert_from_being_told(
    patient: Patient,
    stranger: Patient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for person in (patient, stranger):
        check_in(person, 20, signs=["pus"])
    escalate_patient = escalation.escalate_patient

    def fails_for_the_patient(alerts: list[Alert], *rest: object) -> bool:
        if alerts[0].patient_id == patient.pk:
            raise ValueError("a fault")
        return escalate_patient(alerts, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(escalation, "escalate_patient", fails_for_the_patient)

    assert escalate(at(21)) == 1
    assert Dispatch.objects.get(reason=Dispatch.Reason.UNACKNOWLEDGED).patient == stranger
    assert str(patient.pk) in caplog.text


def test_only_one_patients_alerts_are_touched_where_that_is_asked(
    patient: Patient, stranger: Patient
) -> None:
    for person in (patient, stranger):
        check_in(person, 20, signs=["pus"])

    assert escalate(at(21), only=stranger) == 1
    assert [alert.escalations for alert in (patient.alerts.get(), stranger.alerts.get())] == [0, 1]


def test_alerts_that_escalate_together_and_apart_never_stop_each_other(
    patient: Patient, procedure: Procedure, three_steps: list[ContactStep], nurse: StaffMember
) -> None:
    """An alert's own count is used up by its companions: the oldest must still be told of, every half hour."""
    check_in(patient, 20, signs=["pus"])
    check_in(patient, 20 + 1 / 3, emergency=["eye"])
    run_every_minute(at(20), 35)
    acknowledge(alert=patient.alerts.get(rule="eye_involved"), by=nurse.user, now=at(20, minutes=35))
    run_every_minute(at(20, minutes=36), 5 * 60)

    pus = patient.alerts.get(rule="pus")
    waits = [
        later - earlier for (earlier, _), (later, _) in pairwise(told()) if earlier >= at(20, minutes=31)
    ]
    assert waits
    assert set(waits) == {timedelta(minutes=30)}
    assert told()[-1][0] > at(25)
    assert pus.dispatches.filter(reason=Dispatch.Reason.UNACKNOWLEDGED).count() == pus.escalations
