"""Recipients of a report, and alerts that wait again after they were acknowledged."""

import uuid
from datetime import datetime, timedelta

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.errors import AlreadyAcknowledgedError
from aftercare.alerts.following_up.escalation import escalate, follow_up, unacknowledged_alerts
from aftercare.alerts.models import Alert, ContactStep, Dispatch
from aftercare.alerts.notifying.notifications import drain, render
from aftercare.alerts.raising import Fired, raise_alerts
from aftercare.database.new_rows import NewRows
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Patient, Procedure, Shift, StaffMember
from aftercare.triage import Finding, Level
from tests.factories import ProcedureFactory, at, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("procedure")]


def alert_of(patient: Patient, rule: str) -> Alert:
    """The patient's open alert of a rule, as it is now."""
    alert: Alert = patient.alerts.open().get(rule=rule)
    return alert


def told_by(patient: Patient, h: float) -> set[str]:
    """The rules of which staff were told at once by what was reported at an hour."""
    opened = Dispatch.objects.filter(reason=Dispatch.Reason.OPENED, patient=patient, decided_at=at(h))
    return set(opened.values_list("alerts__rule", flat=True)) - {None}


def told(reason: Dispatch.Reason) -> list[tuple[datetime, int]]:
    """When which step was told for a reason."""
    return list(
        Dispatch.objects.filter(reason=reason).order_by("decided_at").values_list("decided_at", "step")
    )


def test_an_emergency_is_told_again_whether_somebody_has_it_or_not(
    patient: Patient, nurse: StaffMember
) -> None:
    for h in (1, 2):
        assert check_in(patient, h, emergency=["eye"]).dispatched
    acknowledge(alert=alert_of(patient, "eye_involved"), by=nurse.user, now=at(2.5))
    for h in (3, 4):
        assert check_in(patient, h, emergency=["eye"]).dispatched


def test_an_urgent_rule_is_told_again_once_somebody_has_its_alert(
    patient: Patient, nurse: StaffMember
) -> None:
    assert check_in(patient, 1, signs=["pus"]).dispatched
    assert not check_in(patient, 2, signs=["pus"]).dispatched
    acknowledge(alert=alert_of(patient, "pus"), by=nurse.user, now=at(2.5))
    assert check_in(patient, 3, signs=["pus"]).dispatched
    # It waits again: somebody is being told already.
    assert not check_in(patient, 4, signs=["pus"]).dispatched
    acknowledge(alert=alert_of(patient, "pus"), by=nurse.user, now=at(4.5))
    assert check_in(patient, 5, signs=["pus"]).dispatched


def test_an_urgent_rule_stays_quiet_while_an_emergency_waits_or_waits_again(
    patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["pus"])
    acknowledge(alert=alert_of(patient, "pus"), by=nurse.user, now=at(1.1))
    check_in(patient, 2, emergency=["eye"])
    assert not check_in(patient, 2.1, signs=["pus"]).dispatched
    for alert in patient.alerts.all():
        acknowledge(alert=alert, by=nurse.user, now=at(2.2))

    check_in(patient, 3, emergency=["eye"])

    assert not check_in(patient, 3.05, signs=["pus", "hives"]).dispatched
    # Quiet or not, it waits again on a clock of its own.
    assert alert_of(patient, "pus").next_escalation_at == at(3.55)


def test_who_asks_for_a_call_again_is_told_of_and_another_same_day_rule_is_not(
    patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["lumps"], want_contact=True)
    drain(at(1))
    for alert in patient.alerts.all():
        acknowledge(alert=alert, by=nurse.user, now=at(1.1))

    check_in(patient, 2, signs=["lumps"], want_contact=True)

    assert told_by(patient, 2) == {"contact_requested"}
    drain(at(2))
    message = Message.objects.get(created_at=at(2))
    assert render(message, at(2)) is not None
    assert alert_of(patient, "contact_requested").unconfirmed_since is None
    acknowledge(alert=alert_of(patient, "contact_requested"), by=nurse.user, now=at(2.1))
    assert render(message, at(2.1)) is None


def test_what_is_new_is_quiet_only_under_something_higher_that_waits(
    patient: Patient, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["pus"])
    assert not check_in(patient, 1.1, signs=["lumps"]).dispatched
    assert check_in(patient, 1.2, signs=["hives"]).dispatched
    for alert in patient.alerts.all():
        acknowledge(alert=alert, by=nurse.user, now=at(1.3))
    assert check_in(patient, 1.4, unwell=["fever"]).dispatched
    # A rule of the same level does not hide it, nor does a lower one.
    assert check_in(patient, 1.5, want_contact=True).dispatched


def test_a_rule_is_open_at_its_own_procedure_alone(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 1, signs=["pus"])
    neck = ProcedureFactory.create(patient=patient, area="neck", performed_at=at(2), recorded_by=nurse.user)

    assert check_in(patient, 3, signs=["pus"], procedure=neck).dispatched
    assert not check_in(patient, 4, signs=["pus"], procedure=neck).dispatched
    assert not check_in(patient, 5, signs=["pus"], procedure=procedure).dispatched


class TestWaitingAgain:
    def test_it_keeps_its_owner_and_its_time_runs_from_the_oldest_unconfirmed_report(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        check_in(patient, 1, emergency=["eye"])
        acknowledge(alert=alert_of(patient, "eye_involved"), by=nurse.user, now=at(1.1))

        check_in(patient, 2, emergency=["eye"])
        escalate(at(2, minutes=9))
        check_in(patient, 2.15, emergency=["eye"])

        alert = alert_of(patient, "eye_involved")
        assert (alert.status, alert.owner, alert.is_waiting) == ("acknowledged", nurse.user, True)
        assert (alert.unconfirmed_since, alert.acknowledge_by) == (at(2), at(2, minutes=10))
        assert (alert.last_reported_at, alert.next_escalation_at) == (at(2.15), at(2, minutes=10))
        assert unacknowledged_alerts(patient, at(2, minutes=9, seconds=59)) == []
        assert unacknowledged_alerts(patient, at(2, minutes=10)) == [alert]

    def test_a_further_report_sets_back_neither_clock_nor_step(
        self,
        patient: Patient,
        clinic: Clinic,
        nurse: StaffMember,
        clinician: StaffMember,
        manager: StaffMember,
    ) -> None:
        for position, member in enumerate((nurse, clinician, manager)):
            ContactStep.objects.create(clinic=clinic, position=position).members.add(member)
        check_in(patient, 1, emergency=["eye"])
        acknowledge(alert=alert_of(patient, "eye_involved"), by=nurse.user, now=at(1))
        check_in(patient, 2, emergency=["eye"])

        for minute in range(31):
            escalate(at(2) + timedelta(minutes=minute))
            if minute in (5, 15, 25):
                check_in(patient, at(2) + timedelta(minutes=minute), emergency=["eye"])

        assert told(Dispatch.Reason.UNACKNOWLEDGED) == [(at(2, minutes=10), 1), (at(2, minutes=20), 2)]

    def test_the_first_step_is_told_and_the_owner_too(
        self, patient: Patient, clinic: Clinic, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        ContactStep.objects.create(clinic=clinic, position=0).members.add(clinician)
        check_in(patient, 1, signs=["pus"])
        acknowledge(alert=alert_of(patient, "pus"), by=nurse.user, now=at(1.1))
        check_in(patient, 2, signs=["pus"])

        drain(at(2))

        told_now = Message.objects.filter(created_at=at(2))
        assert {message.recipient for message in told_now} == {clinician.user, nurse.user}
        assert all(render(message, at(2)) is not None for message in told_now)

    @pytest.mark.parametrize(("starts", "is_told"), [(0, True), (4, False)])
    def test_an_owner_who_is_off_duty_by_the_rota_is_not_told(
        self,
        patient: Patient,
        clinic: Clinic,
        nurse: StaffMember,
        clinician: StaffMember,
        starts: float,
        is_told: bool,
    ) -> None:
        step = ContactStep.objects.create(clinic=clinic, position=0, on_duty=True)
        Shift.objects.create(clinic=clinic, member=clinician, starts_at=at(0), ends_at=at(8))
        Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(starts), ends_at=at(starts + 3))
        assert step.on_duty
        check_in(patient, 1, signs=["pus"])
        acknowledge(alert=alert_of(patient, "pus"), by=nurse.user, now=at(1.1))
        Message.objects.all().delete()
        check_in(patient, 2, signs=["pus"])

        drain(at(2))

        recipients = {message.recipient for message in Message.objects.filter(created_at=at(2))}
        assert (nurse.user in recipients) is is_told

    def test_anybody_confirms_by_acknowledging_again_and_the_owner_stays(
        self, patient: Patient, nurse: StaffMember, clinician: StaffMember
    ) -> None:
        check_in(patient, 1, signs=["pus"])
        acknowledge(alert=alert_of(patient, "pus"), by=nurse.user, now=at(1.1))
        check_in(patient, 2, signs=["pus"])

        confirmed = acknowledge(alert=alert_of(patient, "pus"), by=clinician.user, now=at(2.1))

        assert (confirmed.owner, confirmed.acknowledged_by) == (nurse.user, nurse.user)
        assert (confirmed.is_waiting, confirmed.reported_again_at) == (False, None)
        assert (confirmed.next_escalation_at, confirmed.follow_up_at) == (None, at(2.6))
        actors = Event.objects.filter(verb=Event.Verb.ACKNOWLEDGED, subject=confirmed.pk).order_by("at")
        assert [event.actor for event in actors] == [nurse.user, clinician.user]
        with pytest.raises(AlreadyAcknowledgedError):
            acknowledge(alert=confirmed, by=clinician.user, now=at(2.2))

    @pytest.mark.parametrize("result", ["no_answer", "left_message", "wrong_number"])
    def test_a_call_that_did_not_reach_the_patient_confirms_nothing(
        self, patient: Patient, nurse: StaffMember, result: str
    ) -> None:
        check_in(patient, 1, signs=["pus"])
        acknowledge(alert=alert_of(patient, "pus"), by=nurse.user, now=at(1))
        check_in(patient, 1.1, signs=["pus"])

        record_contact_attempt(patient=patient, by=nurse.user, now=at(1.2), result=result)

        alert = alert_of(patient, "pus")
        assert (alert.unconfirmed_since, alert.next_escalation_at) == (at(1.1), at(1.6))

    def test_reaching_the_patient_confirms_it(self, patient: Patient, nurse: StaffMember) -> None:
        check_in(patient, 1, signs=["pus"])
        acknowledge(alert=alert_of(patient, "pus"), by=nurse.user, now=at(1))
        check_in(patient, 1.1, signs=["pus"])

        record_contact_attempt(patient=patient, by=nurse.user, now=at(1.2), result="reached")

        alert = alert_of(patient, "pus")
        assert (alert.is_waiting, alert.is_reached, alert.follow_up_at) == (False, True, None)
        assert [escalate(at(3)), follow_up(at(3))] == [0, 0]

    def test_a_report_after_the_patient_was_reached_begins_anew(
        self, patient: Patient, nurse: StaffMember
    ) -> None:
        check_in(patient, 1, signs=["pus", "lumps"])
        record_contact_attempt(patient=patient, by=nurse.user, now=at(1.2), result="reached")

        check_in(patient, 1.2, signs=["pus", "lumps"])

        pus, lumps = alert_of(patient, "pus"), alert_of(patient, "lumps")
        assert (pus.is_reached, pus.is_waiting, pus.next_escalation_at) == (False, True, at(1.7))
        assert (lumps.is_reached, lumps.is_waiting, lumps.follow_up_at) == (False, False, at(8))

    def test_closing_ends_it(self, patient: Patient, nurse: StaffMember) -> None:
        check_in(patient, 1, signs=["pus"])
        acknowledge(alert=alert_of(patient, "pus"), by=nurse.user, now=at(1))
        check_in(patient, 1.1, signs=["pus"])

        close(alert=alert_of(patient, "pus"), by=nurse.user, now=at(1.2), outcome="mistake", note="Twice.")

        assert escalate(at(3)) == 0


class TestWhatACorrectionKeeps:
    """A kept sign is the same rule at the same procedure, once more: the room of check-ins says which they are."""

    def raise_again(
        self, patient: Patient, procedure: Procedure, h: float, *, kept: bool = True, rule: str = "pus"
    ) -> tuple[Alert, bool]:
        levels = {"pus": Level.URGENT, "eye_involved": Level.EMERGENCY}
        fired = Fired(procedure_id=procedure.pk, finding=Finding(rule, levels[rule], ()), kept=kept)
        rows = NewRows()
        raised = raise_alerts(patient=patient, fired=[fired], event=uuid.uuid4(), rows=rows, now=at(h))
        rows.write()
        return raised.alerts[0], raised.dispatched

    def test_it_tells_nobody_and_its_alert_does_not_wait_again(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember
    ) -> None:
        check_in(patient, 1, emergency=["eye"])
        acknowledge(alert=alert_of(patient, "eye_involved"), by=nurse.user, now=at(1.1))
        record_contact_attempt(patient=patient, by=nurse.user, now=at(1.2), result="reached")

        _alert, dispatched = self.raise_again(patient, procedure, 2, rule="eye_involved")

        alert = alert_of(patient, "eye_involved")
        assert not dispatched
        assert (alert.is_waiting, alert.last_reported_at, alert.is_reached) == (False, at(1), True)

    def test_it_stands_at_the_closed_alert_and_opens_none(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember
    ) -> None:
        check_in(patient, 1, signs=["pus"])
        closed = close(
            alert=alert_of(patient, "pus"), by=nurse.user, now=at(1.1), outcome="mistake", note="No."
        )

        alert, dispatched = self.raise_again(patient, procedure, 2)

        assert (alert, dispatched, patient.alerts.open().count()) == (closed, False, 0)

    def test_where_there_is_no_alert_it_is_news(self, patient: Patient, procedure: Procedure) -> None:
        alert, dispatched = self.raise_again(patient, procedure, 2)

        assert (alert.status, dispatched) == ("new", True)

    def test_what_is_not_kept_is_news(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember
    ) -> None:
        check_in(patient, 1, signs=["pus"])
        acknowledge(alert=alert_of(patient, "pus"), by=nurse.user, now=at(1.1))

        _alert, dispatched = self.raise_again(patient, procedure, 2, kept=False)

        assert dispatched
        assert alert_of(patient, "pus").is_waiting
