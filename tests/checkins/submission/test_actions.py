"""Submitting: what is stored, what is kept as it was, and who is told."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from aftercare.alerts import raising
from aftercare.alerts.actions.closing import close
from aftercare.alerts.models import Alert, Dispatch
from aftercare.checkins.models import Assessment, CheckIn
from aftercare.guidance.actions.courses import publish_courses
from aftercare.guidance.models import ExpectedCourseSet
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Event, Patient, Procedure, StaffMember
from aftercare.triage import DEFAULT_COURSES, RULESET_VERSION, Level
from clinic.procedures import record_procedure
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db


def rules_of(assessment: Assessment) -> list[str]:
    return sorted(assessment.findings.values_list("rule", flat=True))


def test_a_check_in_is_stored_with_its_assessment_and_the_evidence_of_each_finding(
    patient: Patient, procedure: Procedure
) -> None:
    check_in(patient, 24)
    receipt = check_in(patient, 80, redness=3)

    assessment = receipt.check_in.assessments.get()
    assert (assessment.reason, assessment.caused_by, assessment.at) == ("submitted", receipt.check_in, at(80))
    assert (assessment.level, assessment.ruleset_version) == ("urgent", RULESET_VERSION)
    assert rules_of(assessment) == ["past_expected.redness", "severe_redness_late", "sudden_return.redness"]
    finding = assessment.findings.get(rule="sudden_return.redness")
    values = {(item["value"], datetime.fromisoformat(item["at"]), item["hours"]) for item in finding.evidence}
    assert values == {(3, at(80), 80), (1, at(24), 24)}
    assert assessment.findings.get(rule="past_expected.redness").limit_h == 72
    assert finding.alert == patient.alerts.get(rule="sudden_return.redness")


def test_a_check_in_without_findings_has_an_assessment_too(patient: Patient, procedure: Procedure) -> None:
    receipt = check_in(patient, 24)

    assert (receipt.level, receipt.rules, receipt.dispatched) == (Level.EXPECTED, (), False)
    assert receipt.check_in.assessments.get().level == "expected"
    assert not patient.alerts.exists()


def test_each_finding_opens_an_alert_of_its_own(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 24, signs=["pus", "patches", "lumps"])

    alerts = {alert.rule: alert for alert in patient.alerts.all()}
    assert {rule: alert.level for rule, alert in alerts.items()} == {
        "pus": "urgent",
        "lumps": "same_day",
        "new_patches": "routine",
    }
    assert {alert.procedure for alert in alerts.values()} == {procedure}
    assert {alert.status for alert in alerts.values()} == {Alert.Status.NEW}


def test_the_decision_to_tell_is_stored_with_the_check_in(patient: Patient, procedure: Procedure) -> None:
    receipt = check_in(patient, 24, signs=["pus", "patches", "lumps"])

    dispatch = Dispatch.objects.get()
    assert (dispatch.event, dispatch.reason) == (receipt.check_in.pk, Dispatch.Reason.OPENED)
    assert (dispatch.step, dispatch.decided_at, dispatch.due_at) == (0, at(24), at(24))
    assert sorted(dispatch.alerts.values_list("rule", flat=True)) == ["lumps", "pus"]
    # Recipients are those of the moment of sending, so there is no message yet.
    assert not Message.objects.exists()


def test_nothing_is_stored_where_the_alert_cannot_be(
    patient: Patient, procedure: Procedure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_kwargs: Any) -> None:
        raise OSError

    monkeypatch.setattr(raising, "opening", fails)

    with pytest.raises(OSError), transaction.atomic():  # noqa: PT011 (ours, without a text)
        check_in(patient, 24, signs=["pus"])

    assert not CheckIn.objects.exists()
    assert not Alert.objects.exists()


def test_a_later_evaluation_stands_beside_the_first(patient: Patient, procedure: Procedure) -> None:
    later = check_in(patient, 70, redness=2)
    said = dict(later.check_in.advice)

    cause = check_in(patient, 71, described=at(50), redness=0)

    first, second = later.check_in.assessments.order_by("at")
    assert (first.reason, first.level, rules_of(first)) == ("submitted", "expected", [])
    assert (second.reason, second.level, rules_of(second)) == (
        "revealed",
        "urgent",
        ["sudden_return.redness"],
    )
    assert (second.caused_by, second.at) == (cause.check_in, at(71))
    assert (cause.rules, cause.level, cause.dispatched) == (("sudden_return.redness",), Level.URGENT, True)
    later.check_in.refresh_from_db()
    assert (later.check_in.level, later.check_in.advice) == ("expected", said)


def test_what_was_known_before_is_marked_in_a_later_evaluation(
    patient: Patient, procedure: Procedure
) -> None:
    later = check_in(patient, 60, redness=2, signs=["lumps"])

    check_in(patient, 61, described=at(50), redness=0)

    findings = later.check_in.assessments.get(reason="revealed").findings
    assert {finding.rule: finding.is_new for finding in findings.all()} == {
        "lumps": False,
        "sudden_return.redness": True,
    }


def test_a_finding_that_fires_again_is_appended_to_the_open_alert(
    patient: Patient, procedure: Procedure
) -> None:
    check_in(patient, 24, signs=["pus"])
    again = check_in(patient, 30, signs=["pus"])

    assert not again.dispatched
    assert patient.alerts.get().findings.count() == 2


def test_after_closing_the_same_finding_opens_another_alert(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 24, signs=["pus"])
    close(alert=patient.alerts.get(), by=nurse.user, now=at(25), outcome="prescribed", note="Seen.")

    again = check_in(patient, 30, signs=["pus"])

    assert again.dispatched
    assert sorted(patient.alerts.values_list("status", flat=True)) == ["closed", "new"]


def test_each_procedure_has_alerts_of_its_own(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 24, signs=["pus"])
    second = record_procedure(
        patient=patient, by=nurse.user, now=at(30), kind="mn", area="neck", performed_at=at(30)
    ).procedure
    check_in(patient, 40, signs=["pus"])

    assert {alert.procedure for alert in patient.alerts.filter(rule="pus")} == {procedure, second}


def test_without_a_procedure_there_is_one_open_alert_for_each_rule(patient: Patient) -> None:
    check_in(patient, 24, signs=["pus"])
    check_in(patient, 30, signs=["pus"])

    assert patient.alerts.get().procedure is None


def test_a_correction_leaves_the_alert_of_what_it_corrects(patient: Patient, procedure: Procedure) -> None:
    wrong = check_in(patient, 24, signs=["pus"]).check_in

    corrected = check_in(patient, 25, described=at(24), supersedes=wrong)

    assert corrected.check_in.supersedes == wrong
    assert patient.alerts.open().get().rule == "pus"
    wrong.refresh_from_db()
    assert (wrong.level, wrong.answers["signs"]) == ("urgent", ["pus"])


def test_a_check_in_points_to_the_expected_courses_that_judged_it(
    patient: Patient, procedure: Procedure, course_set: ExpectedCourseSet, manager: StaffMember
) -> None:
    longer = replace(DEFAULT_COURSES["mn"].redness, tell_us_after_h=140.0)
    courses = {**DEFAULT_COURSES, "mn": replace(DEFAULT_COURSES["mn"], redness=longer)}
    before = check_in(patient, 80, redness=2)
    published = publish_courses(clinic=patient.clinic, by=manager.user, now=at(81), courses=courses)
    after = check_in(patient, 90, redness=2)

    assert (before.check_in.course_set, before.rules) == (course_set, ("past_expected.redness",))
    assert (after.check_in.course_set, after.rules) == (published, ())


def test_an_entry_is_re_evaluated_by_the_courses_that_judged_it(
    patient: Patient, procedure: Procedure, course_set: ExpectedCourseSet, manager: StaffMember
) -> None:
    sooner = replace(DEFAULT_COURSES["mn"].redness, tell_us_after_h=50.0)
    courses = {**DEFAULT_COURSES, "mn": replace(DEFAULT_COURSES["mn"], redness=sooner)}
    check_in(patient, 60, redness=2)
    publish_courses(clinic=patient.clinic, by=manager.user, now=at(61), courses=courses)

    assert check_in(patient, 62, described=at(20), redness=2).rules == ()


def test_a_clinic_that_has_published_nothing_is_judged_by_the_shipped_courses(
    patient: Patient, procedure: Procedure
) -> None:
    receipt = check_in(patient, 80, redness=2)

    assert (receipt.rules, receipt.check_in.course_set) == (("past_expected.redness",), None)


def test_a_check_in_entered_by_staff_says_who_entered_it(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    stored = check_in(patient, 24, by=nurse.user).check_in

    assert stored.submitted_by == nurse.user
    event = Event.objects.get(verb=Event.Verb.SUBMITTED_FOR)
    assert (event.actor, event.patient, event.subject, event.at) == (nurse.user, patient, stored.pk, at(24))


def test_a_patients_own_check_in_needs_no_such_event(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 24)

    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("h", "signs", "due"),
    [
        (1, ["lumps"], at(1)),
        (1, ["pus"], at(1)),
        # Monday 22:00: closed until Tuesday 08:00, 22 h after Monday 10:00.
        (12, ["lumps"], at(22)),
        (12, ["pus"], at(12)),
        (12, ["lumps", "pus"], at(12)),
        # Friday 18:00, the minute of closing: until Monday 08:00.
        (104, ["lumps"], at(166)),
    ],
)
def test_a_same_day_alert_is_told_at_the_next_opening_and_an_urgent_one_at_once(
    patient: Patient, procedure: Procedure, h: float, signs: list[str], due: datetime
) -> None:
    receipt = check_in(patient, h, signs=signs)

    assert receipt.dispatched
    assert Dispatch.objects.get().due_at == due


def test_a_clinic_that_never_opens_is_told_at_once(patient: Patient, clinic: Clinic) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(opening_hours={})
    patient.refresh_from_db()

    check_in(patient, 1, signs=["lumps"])

    assert Dispatch.objects.get().due_at == at(1)
