"""Correcting a procedure: what it judged is judged again, beside the first result."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.models import Alert, Dispatch
from aftercare.checkins.corrections.actions import (
    ChangedMeanwhileError,
    correct_procedure,
    described_before,
    move_procedure,
)
from aftercare.checkins.corrections.reassessment import Reassessed
from aftercare.checkins.corrections.treatment import Treatment
from aftercare.checkins.follow_up.non_response import non_responders, record_missed_check_ins, silent_alerts
from aftercare.checkins.models import Assessment, CheckIn, NonResponse
from aftercare.people.models import Clinic, Event, Patient, Procedure, StaffMember
from tests.at_once import at_once
from tests.factories import PatientFactory, ProcedureFactory, at, check_in

pytestmark = pytest.mark.django_db
WHY = "Read from the wrong line of the book."


def correct(procedure: Procedure, by: StaffMember, now: datetime, **changed: Any) -> Reassessed:
    """Put the procedure right as it stands now."""
    procedure.refresh_from_db()
    treatment = Treatment(
        **{"kind": procedure.kind, "area": procedure.area, "performed_at": procedure.performed_at, **changed}
    )
    return correct_procedure(
        procedure=procedure, version=procedure.version, treatment=treatment, reason=WHY, by=by.user, now=now
    )


def move(procedure: Procedure, to: Patient, by: StaffMember, now: datetime) -> Reassessed:
    procedure = Procedure.objects.select_related("patient").get(pk=procedure.pk)
    return move_procedure(
        procedure=procedure, version=procedure.version, to=to, reason=WHY, by=by.user, now=now
    )


def rules_of(assessment: Assessment) -> dict[str, bool]:
    """The rules of an evaluation, and which of them it found first."""
    return dict(assessment.findings.values_list("rule", "is_new"))


def test_a_corrected_time_fires_what_the_wrong_one_kept_silent(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    reported = check_in(patient, 50, redness=2)
    assert reported.rules == ()

    result = correct(procedure, clinician, at(51), performed_at=at(-30))

    first, second = reported.check_in.assessments.order_by("at")
    assert (first.reason, first.level, rules_of(first)) == ("submitted", "expected", {})
    assert (second.reason, second.level, second.at) == ("corrected", "same_day", at(51))
    assert (second.caused_by, rules_of(second)) == (None, {"past_expected.redness": True})
    [alert] = patient.alerts.all()
    assert (alert.rule, alert.procedure, alert.opened_at) == ("past_expected.redness", procedure, at(51))
    assert (result.count, result.alerts, result.dispatched) == (1, [alert], True)
    dispatch = Dispatch.objects.get()
    assert (dispatch.reason, dispatch.decided_at) == (Dispatch.Reason.OPENED, at(51))
    assert list(dispatch.alerts.all()) == [alert]


def test_who_put_it_right_and_why_is_kept_with_both_values(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(patient, 50, redness=2)

    correct(procedure, clinician, at(51), performed_at=at(-30), kind="rf", area="neck")

    event = Event.objects.get(verb=Event.Verb.CORRECTED_PROCEDURE)
    assert (event.actor, event.at, event.patient, event.subject) == (
        clinician.user,
        at(51),
        patient,
        procedure.pk,
    )
    assert event.data == {}
    assert event.details == {
        "old": {"kind": "mn", "area": "face", "performed_at": at(0).isoformat()},
        "new": {"kind": "rf", "area": "neck", "performed_at": at(-30).isoformat()},
        "reason": WHY,
    }
    assert Assessment.objects.get(reason="corrected").event == event
    procedure.refresh_from_db()
    assert (procedure.corrected_at, procedure.recorded_at) == (at(51), at(0))


def test_what_no_longer_fires_closes_nothing(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    reported = check_in(patient, 80, redness=2)
    [alert] = patient.alerts.all()

    result = correct(procedure, clinician, at(81), performed_at=at(30))

    alert.refresh_from_db()
    assert (alert.status, result.alerts, result.dispatched) == (Alert.Status.NEW, [], False)
    assert [row.level for row in reported.check_in.assessments.order_by("at")] == ["same_day", "expected"]
    reported.check_in.refresh_from_db()
    assert reported.check_in.level == "same_day"
    assert Dispatch.objects.count() == 1


def test_another_kind_is_judged_by_its_own_hours(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    Procedure.objects.filter(pk=procedure.pk).update(kind="rf")
    assert check_in(patient, 80, redness=2).rules == ()

    result = correct(procedure, clinician, at(81), kind="mn")

    assert [alert.rule for alert in result.alerts] == ["past_expected.redness"]


def test_another_area_judges_again_and_finds_nothing_new(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    reported = check_in(patient, 80, redness=2)

    result = correct(procedure, clinician, at(81), area="neck")

    assert (result.count, result.alerts) == (1, [])
    assert rules_of(reported.check_in.assessments.get(reason="corrected")) == {"past_expected.redness": False}


def test_every_check_in_is_judged_again_in_the_order_of_what_it_describes(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(patient, 10, redness=0)  # before 12 h: no low point yet
    check_in(patient, 60, redness=2)
    check_in(patient, 61, described=at(40), redness=2)

    result = correct(procedure, clinician, at(62), performed_at=at(-5))

    # Now the first lies at 15 h: both later ones have risen by 2 from it.
    found = Assessment.objects.filter(reason="corrected").order_by("check_in__observed_at")
    assert [rules_of(row) for row in found] == [
        {},
        {"sudden_return.redness": True},
        {"sudden_return.redness": True},
    ]
    # One alert for the patient, the procedure and the rule, told once.
    assert [alert.rule for alert in result.alerts] == ["sudden_return.redness"]
    assert patient.alerts.get().findings.count() == 2
    assert Dispatch.objects.count() == 1


def test_an_alert_that_is_open_is_appended_to_and_not_told_again(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(patient, 50, redness=2)
    check_in(patient, 80, redness=2)
    [alert] = patient.alerts.all()
    acknowledge(alert=alert, by=clinician.user, now=at(81))

    result = correct(procedure, clinician, at(82), performed_at=at(-30))

    alert.refresh_from_db()
    assert (result.alerts, result.dispatched) == ([alert], False)
    assert (alert.reported_again_at, alert.findings.filter(is_new=True).count()) == (at(82), 2)


def test_what_was_corrected_by_the_patient_is_judged_no_more(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    wrong = check_in(patient, 50, redness=2).check_in
    check_in(patient, 51, described=at(50), redness=0, supersedes=wrong)

    result = correct(procedure, clinician, at(52), performed_at=at(-30))

    assert (result.count, result.alerts) == (1, [])
    assert wrong.assessments.count() == 1


def test_an_emergency_with_an_impossible_time_is_judged_again_and_is_no_point_of_the_series(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    odd = check_in(patient, 50, described=at(90), emergency=["faint"], redness=2).check_in

    correct(procedure, clinician, at(51), performed_at=at(-30))

    assert rules_of(odd.assessments.get(reason="corrected")) == {
        "faint_or_confused": False,
        "past_expected.redness": True,
    }


def test_check_ins_before_the_corrected_time_count_from_the_treatment_before_and_come_back_with_it(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    second = ProcedureFactory.create(patient=patient, performed_at=at(40))
    reported = check_in(patient, 90, redness=2).check_in
    assert reported.procedure == second
    assert described_before(second, at(95)) == 1

    result = correct(second, clinician, at(100), performed_at=at(95))

    reported.refresh_from_db()
    assert (reported.procedure, reported.first_procedure) == (procedure, second)
    # It is judged by the first treatment, 90 hours ago.
    assert [(alert.rule, alert.procedure) for alert in result.alerts] == [
        ("past_expected.redness", procedure)
    ]
    assert described_before(second, at(95)) == 1

    correct(second, clinician, at(101), performed_at=at(40))

    reported.refresh_from_db()
    assert (reported.procedure, reported.first_procedure) == (second, None)
    assert reported.assessments.count() == 3


def test_without_another_treatment_what_needs_hours_is_silent(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    reported = check_in(patient, 5, pain=3, signs=["hot_sore"]).check_in

    result = correct(procedure, clinician, at(10), performed_at=at(6))

    reported.refresh_from_db()
    assert reported.procedure is None
    # Of the two, the safer: as for a patient without a procedure.
    assert [(alert.rule, alert.procedure) for alert in result.alerts] == [("hot_sore_area", None)]


def test_an_entry_that_joins_an_earlier_series_reveals_a_return_there(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    neck = ProcedureFactory.create(patient=patient, performed_at=at(1), area="neck")
    check_in(patient, 30, redness=0, procedure=neck)
    face = check_in(patient, 50, redness=2, procedure=procedure)
    assert face.rules == ()

    result = correct(neck, clinician, at(60), performed_at=at(55))

    assert [(alert.rule, alert.procedure) for alert in result.alerts] == [
        ("sudden_return.redness", procedure)
    ]
    assert face.check_in.assessments.filter(reason="corrected").count() == 1


def test_a_check_in_that_counted_from_none_counts_from_none(patient: Patient, clinician: StaffMember) -> None:
    early = check_in(patient, 5).check_in
    procedure = ProcedureFactory.create(patient=patient, performed_at=at(6), recorded_at=at(6))

    assert correct(procedure, clinician, at(10), performed_at=at(4)).count == 0

    early.refresh_from_db()
    assert early.procedure is None


def test_the_silence_after_an_alert_looks_at_what_was_found_since(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(patient, 50, redness=2)
    assert silent_alerts(patient, at(80)) == []

    correct(procedure, clinician, at(51), performed_at=at(-30))

    assert silent_alerts(patient, at(73.9)) == []
    assert [alert.rule for alert in silent_alerts(patient, at(74))] == ["past_expected.redness"]


@pytest.mark.parametrize(
    ("performed_h", "since"),
    [
        (-10, [-10]),  # earlier: still silent, and for longer
        (1, [1]),  # 48 hours are over by then, too
        (20, []),  # not yet
    ],
)
def test_who_is_silent_is_silent_since_the_corrected_time(
    patient: Patient, procedure: Procedure, clinician: StaffMember, performed_h: float, since: list[float]
) -> None:
    record_missed_check_ins(at(48))

    correct(procedure, clinician, at(50), performed_at=at(performed_h))

    assert [row.silent_since for row in non_responders([patient.clinic_id])] == [at(h) for h in since]
    assert NonResponse.objects.count() == len(since)


def test_a_patient_is_put_on_the_list_at_once_where_the_corrected_time_asks_for_it(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    correct(procedure, clinician, at(30), performed_at=at(-20))

    assert [row.silent_since for row in non_responders([patient.clinic_id])] == [at(-20)]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"performed_at": at(60)}, "performed_at"),
        ({"performed_at": datetime.fromisoformat("1990-01-01T10:00:00+00:00")}, "performed_at"),
        ({"kind": "laser"}, "kind"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    patient: Patient, procedure: Procedure, clinician: StaffMember, changed: dict[str, Any], named: str
) -> None:
    Patient.objects.filter(pk=patient.pk).update(date_of_birth=date(1995, 2, 28))
    check_in(patient, 50, redness=2)

    with pytest.raises(ValidationError) as refused:
        correct(procedure, clinician, at(51), **changed)

    assert list(refused.value.message_dict) == [named]
    procedure.refresh_from_db()
    assert (procedure.performed_at, procedure.kind) == (at(0), "mn")
    assert not Event.objects.exists()
    assert Assessment.objects.count() == 1


def test_a_correction_that_changes_nothing_or_says_no_reason_is_refused(
    procedure: Procedure, clinician: StaffMember
) -> None:
    with pytest.raises(ValidationError, match="Nothing is changed"):
        correct(procedure, clinician, at(51))
    treatment = Treatment(kind="mn", area="neck", performed_at=at(0))
    with pytest.raises(ValidationError) as refused:
        correct_procedure(
            procedure=procedure,
            version=procedure.version,
            treatment=treatment,
            reason=" ",
            by=clinician.user,
            now=at(51),
        )
    assert list(refused.value.message_dict) == ["reason"]


def test_of_two_who_correct_at_once_the_second_is_told_and_overwrites_nothing(
    procedure: Procedure, clinician: StaffMember
) -> None:
    shown = procedure.version
    correct(procedure, clinician, at(51), area="neck")

    with pytest.raises(ChangedMeanwhileError):
        correct_procedure(
            procedure=procedure,
            version=shown,
            treatment=Treatment(kind="rf", area="face", performed_at=at(0)),
            reason=WHY,
            by=clinician.user,
            now=at(52),
        )

    procedure.refresh_from_db()
    assert (procedure.kind, procedure.area) == ("mn", "neck")


@pytest.fixture
def right(clinic: Clinic) -> Patient:
    """The patient who had the treatment."""
    return PatientFactory.create(clinic=clinic)


def test_a_moved_procedure_leaves_check_ins_and_alerts_with_whom_they_are_about(
    patient: Patient, procedure: Procedure, right: Patient, clinician: StaffMember
) -> None:
    reported = check_in(patient, 80, redness=2).check_in
    [alert] = patient.alerts.all()

    result = move(procedure, right, clinician, at(81))

    procedure.refresh_from_db()
    assert procedure.patient == right
    reported.refresh_from_db()
    alert.refresh_from_db()
    assert (reported.patient, reported.procedure, reported.first_procedure) == (patient, None, procedure)
    assert (alert.patient, alert.status, alert.own_procedure) == (patient, Alert.Status.NEW, None)
    assert (result.count, result.alerts) == (1, [])
    second = reported.assessments.get(reason="corrected")
    assert (second.level, rules_of(second)) == ("expected", {})
    assert not right.alerts.exists()
    assert not right.check_ins.exists()


def test_both_patients_keep_who_moved_it_and_why(
    patient: Patient, procedure: Procedure, right: Patient, clinician: StaffMember
) -> None:
    move(procedure, right, clinician, at(81))

    events = Event.objects.filter(verb=Event.Verb.MOVED_PROCEDURE)
    assert {event.patient for event in events} == {patient, right}
    for event in events:
        assert (event.actor, event.subject, event.details["reason"]) == (clinician.user, procedure.pk, WHY)
        assert (event.data["from"], event.data["to"]) == (str(patient.pk), str(right.pk))


def test_what_a_moved_procedure_judged_is_judged_by_the_one_that_remains(
    patient: Patient, right: Patient, clinician: StaffMember
) -> None:
    first = ProcedureFactory.create(patient=patient, performed_at=at(-40))
    moved = ProcedureFactory.create(patient=patient, performed_at=at(0))
    reported = check_in(patient, 50, redness=2).check_in

    result = move(moved, right, clinician, at(51))

    reported.refresh_from_db()
    assert reported.procedure == first
    assert [(alert.rule, alert.procedure) for alert in result.alerts] == [("past_expected.redness", first)]


def test_what_is_moved_back_judges_again_what_it_judged(
    patient: Patient, procedure: Procedure, right: Patient, clinician: StaffMember
) -> None:
    reported = check_in(patient, 80, redness=2).check_in
    move(procedure, right, clinician, at(81))
    meanwhile = check_in(right, 82, redness=2)
    assert meanwhile.rules == ("past_expected.redness",)

    move(procedure, patient, clinician, at(83))

    reported.refresh_from_db()
    meanwhile.check_in.refresh_from_db()
    assert (reported.procedure, reported.first_procedure) == (procedure, None)
    assert (meanwhile.check_in.procedure, meanwhile.check_in.first_procedure) == (None, procedure)
    assert [row.level for row in meanwhile.check_in.assessments.order_by("at")] == ["same_day", "expected"]


def test_the_alerts_of_a_moved_procedure_are_closed_as_a_mistake(
    patient: Patient, procedure: Procedure, right: Patient, clinician: StaffMember
) -> None:
    check_in(patient, 80, redness=2)
    move(procedure, right, clinician, at(81))

    closed = close(alert=patient.alerts.get(), by=clinician.user, now=at(82), outcome="mistake", note="Seen.")

    assert closed.status == Alert.Status.CLOSED


def test_who_is_silent_after_a_moved_procedure_is_the_other_patient(
    patient: Patient, procedure: Procedure, right: Patient, clinician: StaffMember
) -> None:
    record_missed_check_ins(at(48))

    move(procedure, right, clinician, at(50))

    assert [row.patient for row in non_responders([patient.clinic_id])] == [right]


def test_a_procedure_is_not_moved_to_the_same_patient_or_to_another_clinics(
    patient: Patient, procedure: Procedure, stranger: Patient, clinician: StaffMember
) -> None:
    for to, said in ((patient, "already"), (stranger, "another clinic")):
        with pytest.raises(ValidationError, match=said):
            move(procedure, to, clinician, at(50))
    procedure.refresh_from_db()
    assert procedure.patient == patient


def test_a_procedure_is_not_moved_to_who_was_not_born_yet(
    procedure: Procedure, right: Patient, clinician: StaffMember
) -> None:
    Patient.objects.filter(pk=right.pk).update(date_of_birth=date(2026, 1, 13))

    with pytest.raises(ValidationError, match="before the patient was born"):
        move(procedure, right, clinician, at(50))


def test_a_procedure_that_somebody_has_moved_is_not_moved_again(
    patient: Patient, procedure: Procedure, right: Patient, clinician: StaffMember
) -> None:
    shown = Procedure.objects.select_related("patient").get(pk=procedure.pk)
    move(procedure, right, clinician, at(50))

    with pytest.raises(ChangedMeanwhileError):
        move_procedure(
            procedure=shown, version=shown.version, to=right, reason=WHY, by=clinician.user, now=at(51)
        )
    assert CheckIn.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_corrections_at_the_same_moment_one_holds_and_the_other_is_told(
    patient: Patient, procedure: Procedure, clinician: StaffMember, manager: StaffMember
) -> None:
    check_in(patient, 50, redness=2)
    shown = Procedure.objects.select_related("patient").get(pk=procedure.pk)

    def correct_area(by: StaffMember, area: str) -> Reassessed:
        return correct_procedure(
            procedure=shown,
            version=shown.version,
            treatment=Treatment(kind="mn", area=area, performed_at=at(-30)),
            reason=WHY,
            by=by.user,
            now=at(51),
        )

    results = at_once(lambda: correct_area(clinician, "neck"), lambda: correct_area(manager, "chest"))

    assert sorted(type(result).__name__ for result in results) == ["ChangedMeanwhileError", "Reassessed"]
    assert Event.objects.filter(verb=Event.Verb.CORRECTED_PROCEDURE).count() == 1
    assert patient.alerts.count() == 1
    assert Dispatch.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_procedures_that_are_moved_crosswise_at_the_same_moment_never_stop_each_other(
    patient: Patient, procedure: Procedure, right: Patient, clinician: StaffMember
) -> None:
    theirs = ProcedureFactory.create(patient=right)

    at_once(
        lambda: move(procedure, right, clinician, at(50)), lambda: move(theirs, patient, clinician, at(50))
    )

    procedure.refresh_from_db()
    theirs.refresh_from_db()
    assert (procedure.patient, theirs.patient) == (right, patient)


@pytest.mark.django_db(transaction=True)
def test_a_check_in_at_the_moment_of_a_correction_is_judged_by_what_holds_then(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    at_once(
        lambda: correct(procedure, clinician, at(51), performed_at=at(-30)),
        lambda: check_in(patient, 51, redness=2),
    )

    # Before it or after it: either way the alert is there once.
    assert [alert.rule for alert in patient.alerts.all()] == ["past_expected.redness"]
