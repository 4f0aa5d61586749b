"""Attempts to reach a patient, and what was acknowledged and then forgotten, on the pages of staff."""

from __future__ import annotations

import pytest
from django.test import Client

from aftercare.alerts.following_up.escalation import follow_up
from aftercare.alerts.models import Alert, ContactAttempt, ContactStep
from aftercare.people.models import Clinic, Patient, StaffMember
from clinic.queue.page import queue_of
from tests.clinic.staff_client import QUEUE, alert_url, staff_client, words
from tests.clock import frozen_at
from tests.factories import alert_of, at, someone

pytestmark = pytest.mark.usefixtures("procedure", "course_set")


def test_an_attempt_is_recorded_and_shown(
    owned_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    with frozen_at(at(1.2)):
        client = staff_client(nurse)
        client.post(alert_url(owned_alert, "attempts"), {"result": "no_answer", "note": "Rang twice."})
        page = words(client.get(alert_url(owned_alert)))

    assert "11:12 No answer, Ruth Test “Rang twice.”" in page
    assert "Ruth Test called the patient: no answer. “Rang twice.”" in page
    attempt = ContactAttempt.objects.get()
    assert (attempt.alert, attempt.by, attempt.at) == (owned_alert, nurse.user, at(1.2))


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({}, "Choose what happened."),
        ({"result": "called"}, "Choose one from the list."),
        ({"result": "reached", "note": "x" * 2001}, "Write at most 2000 characters."),
    ],
)
def test_an_attempt_that_says_nothing_is_refused(
    owned_alert: Alert, nurse: StaffMember, form: dict[str, str], problem: str
) -> None:
    response = staff_client(nurse).post(alert_url(owned_alert, "attempts"), form)

    assert response.status_code == 422
    assert problem in words(response)
    assert not ContactAttempt.objects.exists()


def test_only_the_staff_of_the_clinic_record_attempts(
    owned_alert: Alert, outsider: StaffMember, patient: Patient, client: Client
) -> None:
    path = alert_url(owned_alert, "attempts")
    for person in (outsider, patient):
        assert staff_client(person).post(path, {"result": "reached"}).status_code == 404
    assert client.post(path, {"result": "reached"}).status_code == 302
    assert staff_client(outsider).get(path).status_code == 405
    assert not ContactAttempt.objects.exists()


def test_what_is_forgotten_comes_back_to_the_top_of_the_queue(
    owned_alert: Alert, clinic: Clinic, nurse: StaffMember, clinician: StaffMember, patient: Patient
) -> None:
    emergency = someone(patient, "Joan")
    alert_of(emergency, 1.1, emergency=["eye"])
    assert [row.patient for row in queue_of([clinic], at(1.4), nurse.user).now] == [emergency, patient]

    follow_up(at(1.6))

    rows = queue_of([clinic], at(1.75), nurse.user).now
    assert [row.patient for row in rows] == [patient, emergency]
    assert (rows[0].clock.state, rows[0].clock.words) == ("overdue", "No call for 45 min")
    with frozen_at(at(1.75)):
        assert "Take it over" in words(staff_client(clinician).get(alert_url(owned_alert)))
        staff_client(clinician).post(alert_url(owned_alert, "acknowledge"))
    owned_alert.refresh_from_db()
    assert owned_alert.acknowledged_by == clinician.user
    assert "No call" not in words(staff_client(nurse).get(QUEUE))


def test_the_page_says_what_comes_next_and_when(
    owned_alert: Alert, clinic: Clinic, patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    for position, member in enumerate((nurse, clinician)):
        ContactStep.objects.create(clinic=clinic, position=position).members.add(member)
    waiting = alert_of(someone(patient, "Joan"), 1, emergency=["eye"])
    with frozen_at(at(1, minutes=2)):
        acknowledged, new = (words(staff_client(nurse).get(alert_url(one))) for one in (owned_alert, waiting))

    assert "Next: Tom Test, at 11:30, unless a call or an outcome is recorded." in acknowledged
    assert "Nobody has acknowledged. Next: Tom Test, at 11:10." in new


def test_the_owner_confirms_a_newer_report(owned_alert: Alert, nurse: StaffMember, patient: Patient) -> None:
    alert_again = alert_of(patient, 1.1, signs=["pus", "lumps"])
    assert alert_again.patient == patient
    with frozen_at(at(1.2)):
        assert "I have seen the new report" in words(staff_client(nurse).get(alert_url(owned_alert)))
        staff_client(nurse).post(alert_url(owned_alert, "acknowledge"))
        assert "I have seen the new report" not in words(staff_client(nurse).get(alert_url(owned_alert)))
