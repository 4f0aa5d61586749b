"""Every page of staff, as each kind of person."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from aftercare.alerts.models import Alert, ContactStep
from aftercare.people.models import Event, Patient, Shift, StaffMember
from tests.clinic.staff_client import ENROL, PATIENTS, QUEUE, STAFF, alert_url, patient_url, staff_client
from tests.clock import frozen_at
from tests.factories import at

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(21))]

Place = Callable[[Alert], str]
OF_THE_CLINIC = [QUEUE, "/clinic/queue/", "/clinic/handover/", PATIENTS, ENROL]
OF_A_RECORD: list[Place] = [
    alert_url,
    lambda alert: patient_url(alert.patient),
    lambda alert: patient_url(alert.patient, "edit/"),
    lambda alert: patient_url(alert.patient, "invitation/"),
    lambda alert: patient_url(alert.patient, "check-ins/new/"),
    lambda alert: patient_url(alert.patient, f"check-ins/{alert.patient.check_ins.get().pk}/"),
]
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


# Those that are the manager's alone.
OF_A_MANAGER: list[Place] = [
    lambda alert: STAFF,
    lambda alert: f"{STAFF}add/",
    lambda alert: f"{STAFF}{ruth(alert).pk}/",
    lambda alert: "/clinic/messages/",
    lambda alert: f"/clinic/contacts/steps/{step_of(alert).pk}/remove/",
    lambda alert: f"/clinic/contacts/rota/{place_of(alert).pk}/remove/",
]
MANAGERS_DEEDS: list[Place] = [lambda alert: f"{STAFF}{ruth(alert).pk}/invitation/"]
OF_ONES_OWN = ["/accounts/", "/accounts/sessions/", "/accounts/address/", "/accounts/address/confirm/"]
DEEDS_OF_ONES_OWN = ["/accounts/sessions/end/", "/accounts/sessions/1/end/"]


def ruth(alert: Alert) -> StaffMember:
    """A colleague at the clinic of the alert."""
    found: StaffMember = alert.clinic.staff_members.get(user__first_name="Ruth")
    return found


def step_of(alert: Alert) -> ContactStep:
    return ContactStep.objects.get_or_create(clinic=alert.clinic, position=0)[0]


def place_of(alert: Alert) -> Shift:
    times = {"starts_at": at(22), "ends_at": at(30)}
    return Shift.objects.get_or_create(clinic=alert.clinic, member=ruth(alert), defaults=times)[0]


@pytest.mark.parametrize("path", OF_THE_CLINIC)
def test_staff_open_the_pages_of_their_clinic(
    nurse: StaffMember, clinician: StaffMember, outsider: StaffMember, path: str
) -> None:
    for member in (nurse, clinician, outsider):
        assert staff_client(member).get(path).status_code == 200


@pytest.mark.parametrize("place", OF_A_RECORD)
def test_staff_open_the_records_of_their_clinic_and_of_no_other(
    urgent_alert: Alert, nurse: StaffMember, clinician: StaffMember, outsider: StaffMember, place: Place
) -> None:
    for member in (nurse, clinician):
        assert staff_client(member).get(place(urgent_alert)).status_code == 200
    assert staff_client(outsider).get(place(urgent_alert)).status_code == 404


@pytest.mark.parametrize("place", OF_A_CLINICIAN)
def test_what_is_the_clinicians_is_not_the_nurses_and_no_other_clinics(
    urgent_alert: Alert,
    nurse: StaffMember,
    clinician: StaffMember,
    manager: StaffMember,
    outsider: StaffMember,
    place: Place,
) -> None:
    for member, status in ((nurse, 403), (clinician, 200), (manager, 200)):
        assert staff_client(member).get(place(urgent_alert)).status_code == status
    assert staff_client(nurse).post(place(urgent_alert)).status_code == 403
    outsider.role = StaffMember.Role.MANAGER
    outsider.save()
    for answer in (
        staff_client(outsider).get(place(urgent_alert)),
        staff_client(outsider).post(place(urgent_alert), {"reason": "x"}),
    ):
        assert answer.status_code == 404


@pytest.mark.parametrize("place", [*OF_A_MANAGER, *MANAGERS_DEEDS])
def test_what_is_the_managers_is_nobody_elses_and_no_other_clinics(
    urgent_alert: Alert,
    nurse: StaffMember,
    clinician: StaffMember,
    manager: StaffMember,
    outsider: StaffMember,
    client: Client,
    place: Place,
) -> None:
    path, is_deed = place(urgent_alert), place in MANAGERS_DEEDS
    for member in (nurse, clinician):
        assert staff_client(member).post(path).status_code in {403, 405}
        assert staff_client(member).get(path).status_code == (405 if is_deed else 403)
    assert staff_client(manager).get(path).status_code == (405 if is_deed else 200)
    assert staff_client(urgent_alert.patient).post(path).status_code in {404, 405}
    assert client.post(path).status_code in {302, 405}
    if str(ruth(urgent_alert).pk) in path or "remove" in path:
        outsider.role = StaffMember.Role.MANAGER
        outsider.save()
        assert staff_client(outsider).post(path).status_code == 404


@pytest.mark.parametrize("path", [*OF_ONES_OWN, *DEEDS_OF_ONES_OWN])
def test_ones_own_account_is_open_to_everybody_who_signs_in(
    nurse: StaffMember, outsider: StaffMember, patient: Patient, client: Client, path: str
) -> None:
    is_deed = path in DEEDS_OF_ONES_OWN
    for person in (nurse, outsider, patient):
        assert staff_client(person).get(path).status_code in ({405} if is_deed else {200, 302})
    answer = client.post(path) if is_deed else client.get(path)
    assert answer.headers["Location"].startswith("/accounts/login/code/?next=/accounts/")


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


@pytest.mark.parametrize(
    "place",
    [*(lambda alert, path=path: path for path in OF_THE_CLINIC), *OF_A_RECORD, *OF_A_CLINICIAN],
)
def test_for_patients_no_page_of_staff_exists(urgent_alert: Alert, stranger: Patient, place: Place) -> None:
    for patient in (urgent_alert.patient, stranger):
        assert staff_client(patient).get(place(urgent_alert)).status_code == 404


@pytest.mark.parametrize(
    "place",
    [*(lambda alert, path=path: path for path in OF_THE_CLINIC), *OF_A_RECORD, *OF_A_CLINICIAN, *DEEDS],
)
def test_who_is_not_signed_in_is_asked_to_sign_in_first(
    urgent_alert: Alert, client: Client, place: Place
) -> None:
    response = client.post(place(urgent_alert)) if place in DEEDS else client.get(place(urgent_alert))
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/code/?next=/clinic/")


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
def test_what_changes_an_alert_can_not_be_opened_as_a_page(
    urgent_alert: Alert, nurse: StaffMember, place: Place
) -> None:
    assert staff_client(nurse).get(place(urgent_alert)).status_code == 405


@pytest.mark.parametrize("place", DEEDS)
def test_a_press_without_the_token_of_the_page_changes_nothing(
    urgent_alert: Alert, nurse: StaffMember, place: Place
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(nurse.user)
    assert client.post(place(urgent_alert), {"outcome": "mistake"}).status_code == 403
    urgent_alert.refresh_from_db()
    assert urgent_alert.status == Alert.Status.NEW


def test_an_alert_or_a_patient_that_never_was_is_not_found(nurse: StaffMember) -> None:
    for path in (f"/clinic/alerts/{uuid.uuid4()}/", f"/clinic/patients/{uuid.uuid4()}/", "/clinic/alerts/1/"):
        assert staff_client(nurse).get(path).status_code == 404


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
