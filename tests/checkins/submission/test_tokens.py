"""The token of a form decides: a repeat, a correction, or after some hours a new check-in."""

import uuid
from typing import Any

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Dispatch
from aftercare.checkins.follow_up.confirmation import confirmation_of
from aftercare.checkins.models import CheckIn, Finding
from aftercare.checkins.submission.actions import Receipt, Status
from aftercare.checkins.submission.submission import RejectedError
from aftercare.people.models import Patient, Procedure, StaffMember
from aftercare.triage import Level
from tests.factories import ProcedureFactory, at, check_in

pytestmark = pytest.mark.django_db
T, U = uuid.UUID(int=1), uuid.UUID(int=2)
A: dict[str, Any] = {"redness": 1}
B: dict[str, Any] = {"redness": 3}


def in_force(patient: Patient) -> CheckIn:
    [current] = patient.check_ins.not_superseded()
    return current


@pytest.mark.parametrize("described", [None, at(20)])
def test_an_answer_changed_and_changed_back_is_in_force_in_three_revisions(
    patient: Patient, procedure: Procedure, described: Any
) -> None:
    for minutes, said in enumerate((A, B, A)):
        receipt = check_in(patient, at(20, minutes=minutes), token=T, described=described, **said)
        assert receipt.status == Status.STORED

    assert [one.revision for one in patient.check_ins.order_by("number")] == [0, 1, 2]
    assert in_force(patient).answers["redness"] == 1
    assert {one.observed_at for one in patient.check_ins.all()} == {at(20)}
    assert receipt.rules == ()


def test_a_repeat_is_of_what_the_token_stored_last_even_where_another_form_corrected_it(
    patient: Patient, procedure: Procedure
) -> None:
    first = check_in(patient, 20, token=T, **A).check_in
    other = check_in(patient, 20.1, token=U, supersedes=first, described=at(20), **B).check_in

    again = check_in(patient, 20.2, token=T, **A)

    assert (again.status, again.check_in) == (Status.DUPLICATE, first)
    assert in_force(patient) == other


def test_a_change_corrects_the_newest_revision_whoever_made_it(
    patient: Patient, procedure: Procedure
) -> None:
    first = check_in(patient, 20, token=T, **A).check_in
    other = check_in(patient, 20.1, token=U, supersedes=first, described=at(20), **B).check_in

    third = check_in(patient, 20.2, token=T, redness=2).check_in

    assert third.supersedes == other
    assert in_force(patient) == third


@pytest.mark.parametrize(
    ("later", "status", "observed"),
    [(6, Status.DUPLICATE, at(20)), (6.01, Status.STORED, at(26.01))],
)
def test_a_form_without_a_time_keeps_its_first_instant_for_six_hours(
    patient: Patient, procedure: Procedure, later: float, status: Status, observed: Any
) -> None:
    check_in(patient, 20, token=T, **A)

    again = check_in(patient, 20 + later, token=T, **A)

    assert (again.status, again.check_in.observed_at) == (status, observed)
    assert again.check_in.supersedes is None


def test_after_six_hours_the_token_begins_anew(patient: Patient, procedure: Procedure) -> None:
    first = check_in(patient, 20, token=T, **A).check_in
    second = check_in(patient, 27, token=T, **B).check_in

    third = check_in(patient, 28, token=T, **A).check_in

    assert (third.supersedes, third.observed_at) == (second, at(27))
    assert set(patient.check_ins.not_superseded()) == {first, third}
    assert check_in(patient, 33.5, token=T, **A).check_in.observed_at == at(33.5)


def test_nothing_comes_back_out_of_a_form_that_was_sent_twice(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 20, token=T, redness=0)

    assert check_in(patient, 20.1, token=T, redness=3).rules == ()


def test_a_typed_time_in_whole_seconds_is_the_stored_one(patient: Patient, procedure: Procedure) -> None:
    first = check_in(patient, at(20, seconds=0.7), token=T, **A).check_in

    again = check_in(patient, 21, token=T, described=at(20), **A)
    corrected = check_in(patient, 21, token=T, described=at(20), **B).check_in

    assert again.status == Status.DUPLICATE
    assert (corrected.observed_at, corrected.supersedes) == (first.observed_at, first)


@pytest.mark.parametrize("named", [True, False], ids=["named", "by time"])
def test_the_same_procedure_is_the_one_where_it_belongs(
    patient: Patient, procedure: Procedure, named: bool
) -> None:
    neck = ProcedureFactory.create(patient=patient, area="neck", performed_at=at(10))
    check_in(patient, 20, token=T, procedure=neck if named else None)

    assert check_in(patient, 20.1, token=T, procedure=None if named else neck).status == Status.DUPLICATE
    moved = check_in(patient, 20.2, token=T, procedure=procedure)
    assert (moved.status, moved.check_in.procedure) == (Status.STORED, procedure)
    assert check_in(patient, 20.3, token=T).check_in.procedure == neck


def test_a_procedure_recorded_since_makes_no_correction_of_a_repeat(
    patient: Patient, procedure: Procedure
) -> None:
    first = check_in(patient, 20, token=T).check_in
    ProcedureFactory.create(patient=patient, area="neck", performed_at=at(19), recorded_at=at(20.1))

    again = check_in(patient, 20.2, token=T)

    assert (again.status, again.check_in) == (Status.DUPLICATE, first)


def test_an_emergency_with_an_impossible_time_replaces_nothing(
    patient: Patient, procedure: Procedure
) -> None:
    first = check_in(patient, 20, redness=0).check_in

    odd = check_in(patient, 21, described=at(40), supersedes=first, redness=3, emergency=["eye"])

    assert odd.rules == ("eye_involved", "sudden_return.redness")
    assert (odd.check_in.supersedes, odd.check_in.in_series) == (None, False)
    assert set(patient.check_ins.not_superseded()) == {first, odd.check_in}
    assert check_in(patient, 22, redness=1).rules == ()


def test_putting_the_time_right_corrects_the_emergency(patient: Patient, procedure: Procedure) -> None:
    odd = check_in(patient, 21, token=T, described=at(40), emergency=["eye"])

    right = check_in(patient, 21.1, token=T, described=at(20.9), emergency=["eye"])

    assert (right.check_in.supersedes, right.check_in.in_series) == (odd.check_in, True)
    assert right.dispatched is False


@pytest.mark.parametrize("answers", [{"emergency": ["eye"]}, {"signs": ["spreading"], "unwell": ["fever"]}])
def test_whatever_fires_an_emergency_rule_is_never_refused(
    patient: Patient, procedure: Procedure, stranger: Patient, answers: dict[str, Any]
) -> None:
    theirs = check_in(stranger, 1).check_in

    receipt = check_in(patient, 20, supersedes=theirs, **answers)

    assert (receipt.level, receipt.check_in.supersedes) == (Level.EMERGENCY, None)


def test_a_correction_of_somebody_elses_check_in_is_refused(patient: Patient, stranger: Patient) -> None:
    theirs = check_in(stranger, 1).check_in

    with pytest.raises(RejectedError):
        check_in(patient, 2, supersedes=theirs)


class TestKeptSigns:
    """A correction tells only of what the corrected revision had not fired."""

    def corrected(self, patient: Patient, first: Receipt, h: float, **said: Any) -> Receipt:
        said = {"described": first.check_in.observed_at, "supersedes": first.check_in, **said}
        return check_in(patient, h, **said)

    def test_what_is_kept_is_told_nobody_and_is_no_newer_report(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember
    ) -> None:
        first = check_in(patient, 20, emergency=["eye"], signs=["pus"])
        for alert in patient.alerts.all():
            acknowledge(alert=alert, by=nurse.user, now=at(20.1))

        again = self.corrected(patient, first, 20.2, emergency=["eye"], signs=["pus"], note="Left.")

        assert (again.rules, again.dispatched) == (("eye_involved", "pus"), False)
        assert {alert.last_reported_at for alert in patient.alerts.all()} == {at(20)}
        assert not patient.alerts.waiting().exists()
        assert Dispatch.objects.count() == 1

    def test_what_is_new_beside_it_is_told(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember
    ) -> None:
        first = check_in(patient, 20, signs=["pus"])
        again = self.corrected(patient, first, 20.1, signs=["pus"], emergency=["eye"])
        assert again.dispatched
        told = Dispatch.objects.get(event=again.check_in.pk).alerts.values_list("rule", flat=True)
        assert list(told) == ["eye_involved"]

    def test_a_closed_alert_is_not_opened_again_and_is_its_own(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember
    ) -> None:
        first = check_in(patient, 20, signs=["pus"])
        [alert] = patient.alerts.all()
        close(alert=alert, by=nurse.user, now=at(21), outcome="prescribed", note="Seen by the doctor.")

        again = self.corrected(patient, first, 22, signs=["pus"], redness=2)

        assert (again.level, again.dispatched) == (Level.URGENT, False)
        assert list(patient.alerts.all()) == [alert]
        [finding] = Finding.objects.reported_by(again.check_in)
        assert (finding.alert, finding.kept_since) == (alert, at(20))
        assert not CheckIn.objects.filter(pk=again.check_in.pk).unconfirmed().exists()
        confirmation = confirmation_of(again.check_in, patient.clinic, at(23))
        assert confirmation is not None
        assert (confirmation.state, confirmation.seen_at) == ("seen", at(21))

    def test_who_called_about_what_is_kept_has_seen_it_and_not_what_is_new(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember
    ) -> None:
        first = check_in(patient, 20, signs=["pus"])
        record_contact_attempt(patient=patient, by=nurse.user, now=at(20.5), result="reached")
        kept = self.corrected(patient, first, 21, signs=["pus"], redness=2)
        added = self.corrected(patient, kept, 22, signs=["pus", "hives"])

        states = [
            confirmation.state
            for one in (kept, added)
            if (confirmation := confirmation_of(one.check_in, patient.clinic, at(22.1)))
        ]
        assert states == ["seen", "saved"]

    def test_what_is_kept_twice_was_first_reported_once(self, patient: Patient, procedure: Procedure) -> None:
        first = check_in(patient, 20, signs=["pus"])
        second = self.corrected(patient, first, 21, signs=["pus"], redness=2)
        third = self.corrected(patient, second, 22, signs=["pus"], redness=3)

        assert Finding.objects.reported_by(third.check_in).get(rule="pus").kept_since == at(20)

    def test_the_same_sign_elsewhere_is_new(self, patient: Patient, procedure: Procedure) -> None:
        neck = ProcedureFactory.create(patient=patient, area="neck", performed_at=at(10))
        first = check_in(patient, 20, signs=["lumps"], procedure=procedure)

        again = self.corrected(patient, first, 20.1, signs=["lumps"], procedure=neck)

        assert again.dispatched
        assert {alert.procedure for alert in patient.alerts.all()} == {procedure, neck}

    @pytest.mark.parametrize(("described", "is_news"), [(20, False), (20.5, True)])
    def test_a_correction_about_a_later_instant_is_news(
        self, patient: Patient, procedure: Procedure, nurse: StaffMember, described: float, is_news: bool
    ) -> None:
        first = check_in(patient, 20, signs=["pus"])
        [alert] = patient.alerts.all()
        close(alert=alert, by=nurse.user, now=at(20.1), outcome="prescribed", note="Seen.")

        again = self.corrected(patient, first, 21, signs=["pus"], described=at(described))

        assert again.dispatched is is_news
        assert patient.alerts.count() == 1 + is_news

    def test_a_rise_that_a_corrected_low_point_had_taken_away_is_told(
        self, patient: Patient, procedure: Procedure
    ) -> None:
        low = check_in(patient, 20, redness=0)
        high = check_in(patient, 30, redness=2)
        assert high.rules == ("sudden_return.redness",)
        self.corrected(patient, low, 31, redness=2)
        for alert in patient.alerts.all():
            close(alert=alert, by=patient.user, now=at(32), outcome="mistake", note="Corrected.")

        again = self.corrected(patient, high, 33, redness=4)

        assert (again.rules, again.dispatched) == (("sudden_return.redness",), True)
