"""The one thing a patient's pages lead with."""

from datetime import datetime
from typing import Any

import pytest

from aftercare.alerts.actions.closing import close
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.checkins.pages.lead import lead_of
from aftercare.checkins.submission.actions import submit_check_in
from aftercare.checkins.submission.submission import Submission
from aftercare.people.models import Patient, Procedure, StaffMember
from aftercare.triage import Answers
from tests.factories import ORDINARY, PatientFactory, at, check_in

pytestmark = pytest.mark.django_db

EMERGENCY: dict[str, Any] = {"emergency": ["breathing"]}
URGENT: dict[str, Any] = {"signs": ["pus"]}
SAME_DAY: dict[str, Any] = {"signs": ["lumps"]}
ROUTINE: dict[str, Any] = {"signs": ["patches"]}
CALM: dict[str, Any] = {}


def reach(patient: Patient, when: datetime) -> None:
    """Staff have reached the patient at `when`."""
    patient.alerts.open().update(reached_at=when)


def report_again(patient: Patient, when: datetime) -> None:
    """A check-in fires the open rules again."""
    patient.alerts.open().update(last_reported_at=when)


def close_all(patient: Patient, nurse: StaffMember, when: datetime) -> None:
    for alert in patient.alerts.open():
        close(alert=alert, by=nurse.user, now=when, outcome="advice_given", note="Seen.")


@pytest.mark.parametrize(
    ("reports", "word"),
    [
        # Before the first check-in, and where the newest one asks for nothing.
        ([], "none"),
        ([CALM], "expected"),
        ([ROUTINE], "routine"),
        ([ROUTINE, CALM], "expected"),
        # An open alert leads, whatever a later check-in says.
        ([SAME_DAY, CALM], "same_day"),
        ([URGENT, CALM], "urgent"),
        ([EMERGENCY, CALM], "emergency"),
        ([URGENT, ROUTINE, CALM], "urgent"),
        # The worst of several, in whatever order they came.
        ([URGENT, SAME_DAY], "urgent"),
        ([SAME_DAY, URGENT], "urgent"),
        ([URGENT, EMERGENCY, SAME_DAY], "emergency"),
    ],
)
def test_the_worst_open_alert_leads_whatever_came_later(
    patient: Patient, procedure: Procedure, reports: list[dict[str, Any]], word: str
) -> None:
    for hour, answers in enumerate(reports, 1):
        check_in(patient, hour, **answers)

    assert lead_of(patient, at(10)).word == word


def test_acknowledging_changes_nothing_of_it(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 1, **EMERGENCY)

    acknowledge(alert=patient.alerts.get(), by=nurse.user, now=at(1.1))

    assert lead_of(patient, at(2)).word == "emergency"


def test_it_is_reached_until_the_next_report_of_the_same_and_then_the_alert_leads_again(
    patient: Patient, procedure: Procedure
) -> None:
    check_in(patient, 1, **URGENT)
    reach(patient, at(2))
    assert lead_of(patient, at(2)).word == "reached"

    check_in(patient, 3)
    assert lead_of(patient, at(3)).word == "reached"

    report_again(patient, at(4))
    assert lead_of(patient, at(4)).word == "urgent"


def test_one_that_was_not_reached_leads_beside_one_that_was(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 1, **EMERGENCY)
    reach(patient, at(2))

    check_in(patient, 3, **SAME_DAY)

    lead = lead_of(patient, at(3))
    assert (lead.word, lead.is_emergency, [alert.rule for alert in lead.alerts]) == (
        "same_day",
        False,
        ["lumps"],
    )


def test_it_is_closed_once_the_alerts_of_the_newest_check_in_were_closed(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 1, **URGENT)
    close_all(patient, nurse, at(2))
    assert lead_of(patient, at(2)).word == "closed"

    check_in(patient, 3)
    assert lead_of(patient, at(3)).word == "expected"


def test_closing_what_an_earlier_check_in_reported_leaves_the_newest_ones_level(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    check_in(patient, 1, **URGENT)
    check_in(patient, 2, **ROUTINE)

    close_all(patient, nurse, at(3))

    assert lead_of(patient, at(3)).word == "routine"


def test_a_correction_without_the_sign_leaves_the_alert_in_the_lead(
    patient: Patient, procedure: Procedure
) -> None:
    first = check_in(patient, 1, **EMERGENCY).check_in

    submit_check_in(
        patient=patient,
        by=patient.user,
        submission=Submission(token=first.token, answers=Answers.from_json(ORDINARY)),
        now=at(1.1),
    )

    assert lead_of(patient, at(2)).word == "emergency"


def test_somebody_elses_alert_is_not_in_it(patient: Patient, procedure: Procedure) -> None:
    check_in(PatientFactory.create(clinic=patient.clinic), 1, **EMERGENCY)

    assert lead_of(patient, at(2)).word == "none"


def test_the_newest_report_of_the_worst_is_the_time_it_names(patient: Patient, procedure: Procedure) -> None:
    check_in(patient, 1, **URGENT)
    check_in(patient, 2, signs=["hives"])
    check_in(patient, 3, **SAME_DAY)

    lead = lead_of(patient, at(4))

    assert lead.reported_at == at(2)
    assert [alert.rule for alert in lead.alerts] == ["hives", "pus"]
