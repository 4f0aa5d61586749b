"""Acknowledging and closing, and who is told of what newly fired."""

import uuid

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.errors import AlreadyAcknowledgedError, AlreadyClosedError
from aftercare.alerts.models import Alert, Dispatch
from aftercare.alerts.raising import Fired, raise_alerts
from aftercare.database.new_rows import NewRows
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from aftercare.triage import Finding, Level
from tests.factories import ProcedureFactory, at, check_in

pytestmark = pytest.mark.django_db


def events_of(alert: Alert) -> list[tuple[str, object]]:
    return [(event.verb, event.actor) for event in Event.objects.filter(subject=alert.pk).order_by("pk")]


def test_an_urgent_alert_has_thirty_minutes_and_an_emergency_ten(
    patient: Patient, procedure: Procedure
) -> None:
    check_in(patient, 20, signs=["pus", "lumps", "patches"], emergency=["eye"])

    deadlines = {alert.rule: alert.next_escalation_at for alert in patient.alerts.all()}
    assert deadlines == {
        "pus": at(20, minutes=30),
        "eye_involved": at(20, minutes=10),
        "lumps": None,
        "new_patches": None,
    }
    assert {alert.rule: alert.acknowledge_by for alert in patient.alerts.all()} == deadlines


def test_acknowledging_says_who_and_when_and_stops_the_clock(urgent_alert: Alert, nurse: StaffMember) -> None:
    acknowledge(alert=urgent_alert, by=nurse.user, now=at(21))

    urgent_alert.refresh_from_db()
    assert (urgent_alert.status, urgent_alert.acknowledged_by, urgent_alert.acknowledged_at) == (
        "acknowledged",
        nurse.user,
        at(21),
    )
    assert urgent_alert.next_escalation_at is None
    assert urgent_alert.is_open
    assert events_of(urgent_alert) == [("acknowledged", nurse.user)]


def test_acknowledging_again_yourself_changes_nothing(urgent_alert: Alert, nurse: StaffMember) -> None:
    acknowledge(alert=urgent_alert, by=nurse.user, now=at(21))

    again = acknowledge(alert=urgent_alert, by=nurse.user, now=at(22))

    assert again.acknowledged_at == at(21)
    assert len(events_of(urgent_alert)) == 1


def test_what_somebody_else_has_acknowledged_stays_theirs(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    acknowledge(alert=urgent_alert, by=nurse.user, now=at(21))

    with pytest.raises(AlreadyAcknowledgedError):
        acknowledge(alert=urgent_alert, by=clinician.user, now=at(22))

    urgent_alert.refresh_from_db()
    assert urgent_alert.acknowledged_by == nurse.user


def test_closing_says_who_when_and_with_which_outcome(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    acknowledge(alert=urgent_alert, by=nurse.user, now=at(21))
    close(alert=urgent_alert, by=clinician.user, now=at(22), outcome="seen_in_clinic", note="Looked at it.")

    urgent_alert.refresh_from_db()
    assert (urgent_alert.status, urgent_alert.closed_by, urgent_alert.closed_at) == (
        "closed",
        clinician.user,
        at(22),
    )
    assert (urgent_alert.outcome, urgent_alert.note, urgent_alert.is_open) == (
        "seen_in_clinic",
        "Looked at it.",
        False,
    )
    assert urgent_alert.acknowledged_by == nurse.user
    assert events_of(urgent_alert) == [("acknowledged", nurse.user), ("closed", clinician.user)]
    assert Event.objects.get(verb="closed").data["outcome"] == "seen_in_clinic"


def test_who_closes_an_alert_has_acknowledged_it(urgent_alert: Alert, nurse: StaffMember) -> None:
    close(alert=urgent_alert, by=nurse.user, now=at(22), outcome="advice_given", note="Seen.")

    urgent_alert.refresh_from_db()
    assert (urgent_alert.acknowledged_by, urgent_alert.acknowledged_at, urgent_alert.next_escalation_at) == (
        nurse.user,
        at(22),
        None,
    )


def test_a_closed_alert_is_neither_closed_nor_acknowledged_again(
    urgent_alert: Alert, nurse: StaffMember
) -> None:
    close(alert=urgent_alert, by=nurse.user, now=at(22), outcome="advice_given", note="Seen.")

    with pytest.raises(AlreadyClosedError):
        close(alert=urgent_alert, by=nurse.user, now=at(23), outcome="mistake", note="Seen.")
    with pytest.raises(AlreadyClosedError):
        acknowledge(alert=urgent_alert, by=nurse.user, now=at(23))

    urgent_alert.refresh_from_db()
    assert (urgent_alert.outcome, urgent_alert.closed_at) == ("advice_given", at(22))


@pytest.mark.parametrize("outcome", ["", "done", "ADVICE_GIVEN"])
def test_an_unknown_outcome_closes_nothing(urgent_alert: Alert, nurse: StaffMember, outcome: str) -> None:
    with pytest.raises(ValueError, match="unknown outcome"):
        close(alert=urgent_alert, by=nurse.user, now=at(22), outcome=outcome, note="Seen.")

    urgent_alert.refresh_from_db()
    assert urgent_alert.is_open


def test_a_rule_that_fires_again_after_acknowledging_is_shown_as_reported_again(
    patient: Patient, urgent_alert: Alert, nurse: StaffMember
) -> None:
    check_in(patient, 20.5, signs=["pus"])
    assert not patient.alerts.exclude(reported_again_at=None).exists()

    acknowledge(alert=urgent_alert, by=nurse.user, now=at(21))
    check_in(patient, 22, signs=["pus"])
    urgent_alert.refresh_from_db()
    assert (urgent_alert.reported_again_at, urgent_alert.status) == (at(22), "acknowledged")


def fired(rule: str, level: Level, procedure: Procedure) -> Fired:
    return Fired(procedure_id=procedure.pk, finding=Finding(rule, level, (), None))


def test_the_alerts_come_back_in_the_order_of_the_findings(patient: Patient, procedure: Procedure) -> None:
    findings = [
        fired("lumps", Level.SAME_DAY, procedure),
        fired("pus", Level.URGENT, procedure),
        fired("lumps", Level.SAME_DAY, procedure),
    ]

    rows = NewRows()
    raised = raise_alerts(patient=patient, fired=findings, event=uuid.uuid4(), rows=rows, now=at(20))
    rows.write()

    assert [alert.rule for alert in raised.alerts] == ["lumps", "pus", "lumps"]
    assert raised.alerts[0] == raised.alerts[2]
    assert patient.alerts.count() == 2


def test_nothing_fired_decides_nothing(patient: Patient) -> None:
    rows = NewRows()

    raised = raise_alerts(patient=patient, fired=[], event=uuid.uuid4(), rows=rows, now=at(20))

    assert (raised.alerts, raised.dispatched, rows.instances) == ([], False, [])


def test_the_same_rule_after_another_procedure_is_told(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 20, signs=["pus"])
    ProcedureFactory.create(patient=patient, performed_at=at(30), recorded_by=nurse.user)

    assert check_in(patient, 40, signs=["pus"]).dispatched
    assert Dispatch.objects.count() == 2


def test_the_worst_come_first_and_then_the_longest_waiting(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 20, signs=["lumps", "patches"])
    check_in(patient, 21, signs=["hives"])
    check_in(patient, 22, signs=["pus"], emergency=["eye"])

    rules = [alert.rule for alert in patient.clinic.alerts.worst_first()]

    assert rules == ["eye_involved", "hives", "pus", "lumps", "new_patches"]


def test_those_that_need_action_are_of_same_day_and_higher(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 20, signs=["lumps", "patches", "pus"], emergency=["eye"])

    rules = set(Alert.objects.need_action().values_list("rule", flat=True))

    assert rules == {"lumps", "pus", "eye_involved"}
