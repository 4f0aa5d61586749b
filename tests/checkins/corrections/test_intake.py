"""Changing the intake: the risk changes with it, and what is recent or still open is judged again."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.exceptions import ValidationError

from aftercare.alerts.actions.closing import close
from aftercare.alerts.models import Dispatch
from aftercare.checkins.corrections.actions import ChangedMeanwhileError, change_intake
from aftercare.checkins.corrections.reassessment import Reassessed
from aftercare.checkins.models import Assessment
from aftercare.people.models import Event, Patient, Procedure, StaffMember
from tests.factories import at, check_in

pytestmark = pytest.mark.django_db
WHY = "Said so on the telephone."


def change(
    patient: Patient, by: StaffMember, now: datetime, intake: list[str], *, shown: list[str] | None = None
) -> Reassessed:
    return change_intake(patient=patient, shown=shown, intake=intake, reason=WHY, by=by.user, now=now)


def test_a_risk_that_was_not_known_makes_an_open_finding_urgent(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    reported = check_in(patient, 80, redness=2).check_in

    result = change(patient, clinician, at(81), ["iq2", "iq10"])

    patient.refresh_from_db()
    assert (patient.intake, patient.at_risk) == (["iq2", "iq10"], True)
    assert [(alert.rule, alert.level) for alert in result.alerts] == [("at_risk_patient", "urgent")]
    assert (result.count, result.dispatched, Dispatch.objects.count()) == (1, True, 2)
    assert [row.level for row in reported.assessments.order_by("at")] == ["same_day", "urgent"]


def test_who_changed_it_and_why_is_kept_with_both_answers(patient: Patient, clinician: StaffMember) -> None:
    change(patient, clinician, at(81), ["iq7"])

    event = Event.objects.get(verb=Event.Verb.CHANGED_INTAKE)
    assert (event.actor, event.patient, event.at) == (clinician.user, patient, at(81))
    asked = {"old_asked": None, "new_asked": None}
    assert event.data == {}
    assert event.details == {"old": None, "new": ["iq7"], "at_risk": True, "reason": WHY, **asked}


def test_a_risk_that_goes_closes_nothing(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    change(patient, clinician, at(1), ["iq7"])
    reported = check_in(patient, 80, redness=2).check_in

    result = change(patient, clinician, at(81), [], shown=["iq7"])

    assert (result.count, result.alerts) == (1, [])
    assert {alert.rule for alert in patient.alerts.open()} == {"at_risk_patient", "past_expected.redness"}
    assert [row.level for row in reported.assessments.order_by("at")] == ["urgent", "same_day"]


def test_answers_that_leave_the_risk_as_it_is_judge_nothing_again(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(patient, 80, redness=2)

    assert change(patient, clinician, at(81), ["iq2"]).count == 0
    assert not Assessment.objects.filter(reason="corrected").exists()


@pytest.mark.parametrize(("closed", "alerts"), [(True, 0), (False, 1)])
def test_what_is_long_ago_is_judged_again_only_while_it_is_open(
    patient: Patient, procedure: Procedure, clinician: StaffMember, closed: bool, alerts: int
) -> None:
    check_in(patient, 80, redness=2)
    if closed:
        close(alert=patient.alerts.get(), by=clinician.user, now=at(81), outcome="advice_given", note="Seen.")

    assert len(change(patient, clinician, at(80 + 169), ["iq7"]).alerts) == alerts


def test_what_is_recent_is_judged_again_though_it_was_closed(
    patient: Patient, procedure: Procedure, clinician: StaffMember
) -> None:
    check_in(patient, 80, redness=2)
    close(alert=patient.alerts.get(), by=clinician.user, now=at(81), outcome="expected_course", note="Seen.")

    assert [alert.rule for alert in change(patient, clinician, at(90), ["iq7"]).alerts] == ["at_risk_patient"]


def test_a_stale_page_changes_nothing(patient: Patient, clinician: StaffMember) -> None:
    change(patient, clinician, at(1), ["iq7"])

    with pytest.raises(ChangedMeanwhileError):
        change(patient, clinician, at(2), ["iq2"])

    patient.refresh_from_db()
    assert patient.intake == ["iq7"]


@pytest.mark.parametrize(("intake", "said"), [(["iq7"], "Nothing is changed"), (["iq99"], "Unknown")])
def test_what_cannot_be_is_refused(
    patient: Patient, clinician: StaffMember, intake: list[str], said: str
) -> None:
    change(patient, clinician, at(1), ["iq7"])

    with pytest.raises(ValidationError, match=said):
        change(patient, clinician, at(2), intake, shown=["iq7"])
