"""Permissions of the roles, the manager's page of staff, and members of two clinics."""

from __future__ import annotations

import pytest

from aftercare.alerts.models import Alert
from aftercare.people.models import Event, Patient, StaffMember, User
from clinic import permissions
from tests.clinic.staff_client import (
    PATIENTS,
    QUEUE,
    STAFF,
    alert_url,
    patient_url,
    proved_client,
    staff_client,
    words,
)
from tests.factories import PatientFactory, StaffMemberFactory, alert_of, at
from tests.people.proving import prove

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(21))]

PERSON = {"first_name": "Ivy", "last_name": "Stone", "email": "Ivy@Test.Example", "role": "nurse"}
LADDER = {
    "nurse": ["may_work_alerts", "may_enter_check_ins", "may_enrol"],
    "clinician": [
        "may_record_procedures",
        "may_change_intake",
        "may_withdraw_patients",
        "may_approve_removal",
    ],
    "manager": ["may_manage_staff", "may_edit_rota", "may_edit_clinic", "may_ask_removal"],
}


@pytest.mark.parametrize("role", LADDER)
def test_each_role_has_what_the_ones_before_it_have(nurse: StaffMember, role: str) -> None:
    nurse.role = role
    reached = list(LADDER)[: list(LADDER).index(role) + 1]
    for step, names in LADDER.items():
        for name in names:
            assert getattr(permissions, name)(nurse) == (step in reached), name


def test_who_has_left_may_nothing(manager: StaffMember) -> None:
    manager.is_active = False
    assert not any(getattr(permissions, name)(manager) for names in LADDER.values() for name in names)


def test_staff_is_kept_by_the_manager_alone(
    nurse: StaffMember, clinician: StaffMember, manager: StaffMember
) -> None:
    for path in (STAFF, f"{STAFF}add/", f"{STAFF}{nurse.pk}/"):
        assert staff_client(nurse).get(path).status_code == 403
        assert staff_client(clinician).post(path).status_code in {403, 405}
        assert proved_client(manager).get(path).status_code == 200
    assert "Staff" not in words(staff_client(nurse).get(QUEUE))


def test_another_clinics_staff_and_patients_do_not_reach_it(
    manager: StaffMember, outsider: StaffMember, patient: Patient
) -> None:
    assert staff_client(manager).get(f"{STAFF}{outsider.pk}/").status_code == 404
    assert staff_client(patient).get(STAFF).status_code == 404


def test_a_manager_adds_a_person_who_can_work_at_once(manager: StaffMember) -> None:
    response = proved_client(manager).post(f"{STAFF}add/", PERSON)
    ivy = StaffMember.objects.get(user__email="ivy@test.example")
    assert response.headers["Location"] == f"{STAFF}{ivy.pk}/"
    assert (ivy.role, ivy.clinic) == ("nurse", manager.clinic)
    assert staff_client(ivy).get(QUEUE).status_code == 200
    event = Event.objects.get(verb=Event.Verb.ADDED_STAFF)
    assert (event.actor, event.data["user"]) == (manager.user, ivy.user_id)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "ruth@test.example"}, "Somebody with another name uses this e-mail address."),
        (
            {"email": "ruth@test.example", "first_name": "Ruth", "last_name": "Test"},
            "This person works here already.",
        ),
        ({"role": "owner"}, "Choose nurse, clinician or manager."),
        ({"first_name": ""}, "Give the first name."),
    ],
)
def test_a_person_who_can_not_be_added_is_a_message(
    manager: StaffMember, nurse: StaffMember, typed: dict[str, str], said: str
) -> None:
    before = User.objects.count()
    response = proved_client(manager).post(f"{STAFF}add/", {**PERSON, **typed})
    assert response.status_code == 422
    assert said in words(response)
    assert User.objects.count() == before


def test_a_manager_ends_the_work_of_a_person_and_takes_her_back(
    manager: StaffMember, nurse: StaffMember
) -> None:
    proved_client(manager).post(f"{STAFF}{nurse.pk}/", {"role": "nurse"})
    assert staff_client(nurse).get(QUEUE).status_code == 404
    again = {"first_name": "Ruth", "last_name": "Test", "email": nurse.user.email, "role": "clinician"}
    proved_client(manager).post(f"{STAFF}add/", again)
    nurse.refresh_from_db()
    assert (nurse.role, nurse.is_active) == ("clinician", True)
    assert Event.objects.filter(verb=Event.Verb.CHANGED_STAFF, actor=manager.user).count() == 1


def test_the_last_manager_stays(manager: StaffMember, nurse: StaffMember) -> None:
    for posted in ({"role": "nurse", "is_active": "on"}, {"role": "manager"}):
        response = proved_client(manager).post(f"{STAFF}{manager.pk}/", posted)
        assert response.status_code == 422
        assert "The clinic would have no manager." in words(response)
    proved_client(manager).post(f"{STAFF}{nurse.pk}/", {"role": "manager", "is_active": "on"})
    assert (
        proved_client(manager).post(f"{STAFF}{manager.pk}/", {"role": "nurse", "is_active": "on"}).status_code
        == 302
    )


@pytest.fixture
def both(nurse: StaffMember, outsider: StaffMember) -> StaffMember:
    """The nurse works as a clinician for the other clinic too."""
    return StaffMemberFactory.create(user=nurse.user, clinic=outsider.clinic, role="clinician")


@pytest.fixture
def there(stranger: Patient) -> Alert:
    return alert_of(stranger, 20, emergency=["eye"])


def test_who_works_for_two_clinics_sees_both_and_no_third(
    both: StaffMember, nurse: StaffMember, urgent_alert: Alert, there: Alert
) -> None:
    third = PatientFactory.create()
    elsewhere = alert_of(third, 20, signs=["pus"])
    less_pressing = PatientFactory.create(clinic=urgent_alert.clinic)
    alert_of(less_pressing, 20, itch=3)
    client = staff_client(nurse)
    page = words(client.get(QUEUE))
    assert "Amara Test" in page
    assert "Sam Test" in page
    assert str(less_pressing.user) in page
    assert str(third.user) not in page
    assert client.get(alert_url(elsewhere)).status_code == 404
    assert client.get(patient_url(third)).status_code == 404
    narrowed = words(client.get(f"{QUEUE}?clinic=elsewhere"))
    assert "Sam Test" in narrowed
    assert str(less_pressing.user) not in narrowed
    assert "Amara Test" in narrowed  # urgent: it stands above every filter


def test_on_each_record_the_role_of_its_own_clinic_counts(
    both: StaffMember, nurse: StaffMember, urgent_alert: Alert, there: Alert
) -> None:
    client = staff_client(nurse)
    assert "Elsewhere Clinic" in words(client.get(alert_url(there)))
    told = {"outcome": "emergency_care", "note": "Seen."}
    assert client.post(alert_url(there, "close"), told).status_code == 302
    assert client.get(patient_url(urgent_alert.patient, "procedures/new/")).status_code == 403


def test_who_works_for_two_clinics_chooses_the_one_to_work_for(
    both: StaffMember, nurse: StaffMember, patient: Patient, stranger: Patient
) -> None:
    client = staff_client(nurse)
    assert "Amara Test" in words(client.get(PATIENTS))
    response = client.post("/clinic/choose/", {"clinic": "elsewhere"})
    assert response.headers["Location"] == QUEUE
    page = words(client.get(PATIENTS))
    assert "Sam Test" in page
    assert "Amara Test" not in page
    assert client.post("/clinic/choose/", {"clinic": "third"}).status_code == 404


def test_a_staff_member_who_is_also_a_patient_reads_each_page_under_its_own_clinic(
    nurse: StaffMember, outsider: StaffMember
) -> None:
    PatientFactory.create(user=nurse.user, clinic=outsider.clinic)
    client = staff_client(nurse)
    assert "<title>Queue · Larkfield Skin Clinic</title>" in client.get(QUEUE).content.decode()
    assert "Elsewhere Clinic</title>" in client.get("/").content.decode()


class TestTheManagerProvesToBeThere:
    """Before somebody is added, changed or invited; what was typed is shown again."""

    def test_the_form_for_a_new_person_asks_first(self, manager: StaffMember) -> None:
        asked = staff_client(manager).get(f"{STAFF}add/")
        assert asked.headers["Location"] == "/accounts/reauthenticate/?next=%2Fclinic%2Fstaff%2Fadd%2F"

    @pytest.mark.parametrize("path", ["add/", "{}/", "{}/invitation/"])
    def test_what_an_aged_session_posts_changes_nothing(
        self, manager: StaffMember, nurse: StaffMember, path: str
    ) -> None:
        client = staff_client(manager)
        place = STAFF + path.format(nurse.pk)
        asked = client.post(place, {**PERSON, "role": "manager", "is_active": "on"})
        assert asked.headers["Location"] == "/accounts/reauthenticate/?next=%2Fclinic%2Ftyped%2F"
        nurse.refresh_from_db()
        assert nurse.role == "nurse"
        assert StaffMember.objects.count() == 2
        assert not nurse.invitations.exists()

    def test_what_was_typed_stands_there_after_the_proof_and_is_saved_with_the_next_press(
        self, manager: StaffMember
    ) -> None:
        client = staff_client(manager)
        client.post(f"{STAFF}add/", PERSON)
        prove(client, manager.user)
        page = client.get("/clinic/typed/")
        assert "We had to ask whether it is you. Nothing has been saved yet." in words(page)
        assert f'value="{PERSON["email"]}"' in page.content.decode()
        client.post("/clinic/typed/", PERSON)
        assert StaffMember.objects.filter(user__email=PERSON["email"].lower()).exists()

    def test_a_nurse_is_told_that_her_role_does_not_allow_it(self, nurse: StaffMember) -> None:
        assert staff_client(nurse).get(f"{STAFF}add/").status_code == 403
