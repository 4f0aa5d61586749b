"""What whoever is refused does not change, and what is kept of who opened what.

Which page is open to whom is in `tests/access/table.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from aftercare.alerts.models import Alert
from aftercare.people.models import Event, Patient, StaffMember
from tests.clinic.staff_client import QUEUE, alert_url, patient_url, staff_client
from tests.clock import frozen_at
from tests.factories import at

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(21))]

Place = Callable[[Alert], str]
ACTS = ("close", "assign", "attempts", "letters", "reopen")
# Those that a nurse may not: the clinician and the manager.
OF_A_CLINICIAN: list[Place] = [
    lambda alert: patient_url(alert.patient, "procedures/new/"),
    lambda alert: patient_url(alert.patient, f"procedures/{alert.procedure_id}/correct/"),
    lambda alert: patient_url(alert.patient, f"procedures/{alert.procedure_id}/move/"),
    lambda alert: patient_url(alert.patient, "intake/"),
    lambda alert: patient_url(alert.patient, "withdraw/"),
]
DEEDS: list[Place] = [
    lambda alert: alert_url(alert, "acknowledge"),
    *(lambda alert, act=act: alert_url(alert, act) for act in ACTS),
    lambda alert: patient_url(alert.patient, "calls/"),
    lambda alert: patient_url(alert.patient, "take-back/"),
]


def test_what_a_nurse_may_not_do_has_no_button(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    links = [place(urgent_alert) for place in OF_A_CLINICIAN]
    for member, shown in ((nurse, False), (clinician, True)):
        page = staff_client(member).get(patient_url(urgent_alert.patient)).content.decode()
        assert [f'href="{link}"' in page for link in links] == [shown] * len(links)
        assert patient_url(urgent_alert.patient, "check-ins/new/") in page


def test_an_outsider_or_a_patient_enters_no_check_in(
    urgent_alert: Alert, outsider: StaffMember, stranger: Patient
) -> None:
    told = {"token": str(uuid.uuid4()), "redness": "1"}
    for person in (outsider, stranger, urgent_alert.patient):
        answer = staff_client(person).post(patient_url(urgent_alert.patient, "check-ins/new/"), told)
        assert answer.status_code == 404
    assert urgent_alert.patient.check_ins.count() == 1


@pytest.mark.parametrize("place", DEEDS)
def test_an_outsider_or_a_patient_can_do_nothing_to_an_alert(
    urgent_alert: Alert, outsider: StaffMember, stranger: Patient, place: Place
) -> None:
    for person in (outsider, urgent_alert.patient, stranger):
        assert staff_client(person).post(place(urgent_alert), {"outcome": "mistake"}).status_code == 404
    urgent_alert.refresh_from_db()
    assert urgent_alert.status == Alert.Status.NEW


def test_an_outsider_who_tries_to_record_a_procedure_records_none(
    urgent_alert: Alert, outsider: StaffMember
) -> None:
    treatment = {"kind": "mn", "area": "face", "performed_at": "2026-01-12T11:00", "confirm": "yes"}
    response = staff_client(outsider).post(patient_url(urgent_alert.patient, "procedures/new/"), treatment)
    assert response.status_code == 404
    assert urgent_alert.patient.procedures.count() == 1


@pytest.mark.parametrize("place", DEEDS)
def test_a_press_without_the_token_of_the_page_changes_nothing(
    urgent_alert: Alert, nurse: StaffMember, place: Place
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(nurse.user)
    assert client.post(place(urgent_alert), {"outcome": "mistake"}).status_code == 403
    urgent_alert.refresh_from_db()
    assert urgent_alert.status == Alert.Status.NEW


def test_staff_who_left_the_clinic_open_nothing(nurse: StaffMember) -> None:
    nurse.is_active = False
    nurse.save()
    assert staff_client(nurse).get(QUEUE).status_code == 404


def test_where_a_second_factor_is_required_staff_without_one_set_it_up_first(
    nurse: StaffMember, settings: Settings
) -> None:
    settings.STAFF_MFA = "required"
    response = staff_client(nurse).get(QUEUE)
    assert response.status_code == 302
    assert "totp" in response.headers["Location"]


def test_opening_an_alert_is_kept_once_an_hour_for_each_person(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember
) -> None:
    opened = Event.objects.filter(verb=Event.Verb.OPENED_ALERT, subject=urgent_alert.pk)
    for member in (nurse, nurse, clinician):
        staff_client(member).get(alert_url(urgent_alert))
    assert [event.actor for event in opened.order_by("pk")] == [nurse.user, clinician.user]
    with frozen_at(at(22)):
        staff_client(nurse).get(alert_url(urgent_alert))
    assert opened.count() == 3


def test_an_outsider_who_is_turned_away_is_not_kept_as_having_looked(
    urgent_alert: Alert, outsider: StaffMember
) -> None:
    staff_client(outsider).get(alert_url(urgent_alert))
    assert not Event.objects.filter(verb=Event.Verb.OPENED_ALERT).exists()


def test_opening_a_patient_is_kept_once_an_hour_for_each_person(
    patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    for member in (nurse, nurse, clinician):
        staff_client(member).get(f"/clinic/patients/{patient.pk}/")
    opened = Event.objects.filter(verb=Event.Verb.OPENED_PATIENT, subject=patient.pk).order_by("pk")
    assert [event.actor for event in opened] == [nurse.user, clinician.user]
