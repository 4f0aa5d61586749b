"""Names that would break a line or read backwards: refused wherever a name is given."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from aftercare.guidance.actions.editors import add_editor
from aftercare.people.actions.account import account_version
from aftercare.people.actions.patient_details import change_details
from aftercare.people.actions.patients import enrol_patient
from aftercare.people.actions.staff import add_staff_member
from aftercare.people.models import Clinic, Patient, StaffMember
from aftercare.people.name_matching import require_one_line
from tests.clinic.staff_client import ENROL, STAFF, patient_url, proved_client, staff_client, words
from tests.factories import WEEKDAYS, at

pytestmark = pytest.mark.django_db

REFUSED = "Write this on one line, with letters and signs that can be seen."
BAD = [
    "Ama\nra",
    "Ama\r\nra",
    "Ama\tra",
    "Ama\x1bra",
    "Ama\x85ra",
    "Ama\u2028ra",
    "\u202earamA",
    "Ama\u2066ra",
    "Ama\u200fra",
]
PERSON = {"first_name": "Ivy", "last_name": "Stone", "email": "ivy@test.example", "role": "nurse"}
CLINIC = (
    "--telephone=0161 496 0123",
    "--out-of-hours=0161 496 0199",
    "--emergency=999",
    "--time-zone=Europe/London",
)


@pytest.mark.parametrize("name", BAD)
def test_a_name_is_one_line_of_signs_that_can_be_seen(name: str) -> None:
    with pytest.raises(ValidationError):
        require_one_line(name)


@pytest.mark.parametrize(
    "name", ["Zoë O’Neill-Łuk", "محمد", "שרה", "می‌خواهم", "王小明", "Nguyễn", "D'Arcy (née Ray) Jr.", ""]
)
def test_names_of_every_script_are_taken(name: str) -> None:
    require_one_line(name)


@pytest.mark.parametrize("name", BAD[::4])
def test_no_action_takes_such_a_name(clinic: Clinic, nurse: StaffMember, patient: Patient, name: str) -> None:
    new: dict[str, Any] = {"email": "new@test.example", "first_name": name, "last_name": "Test"}
    for act in (
        lambda: enrol_patient(clinic=clinic, by=nurse.user, now=at(), **new),
        lambda: add_staff_member(clinic=clinic, role="nurse", **new),
        lambda: add_editor(**new),
        lambda: get_user_model().objects.create_superuser(**new),
        lambda: change_details(patient=patient, by=nurse.user, now=at(), details={"last_name": name}),
    ):
        with pytest.raises(ValidationError):
            act()
    assert not get_user_model().objects.filter(email="new@test.example").exists()


def test_every_form_of_staff_says_so_beside_the_field(
    clinic: Clinic, manager: StaffMember, patient: Patient
) -> None:
    client, bad = proved_client(manager), "Ama\nra"
    for path, posted in (
        (ENROL, {"first_name": bad}),
        (ENROL, {"record_number": bad}),
        (ENROL, {"guardian_name": bad}),
        (patient_url(patient, "edit/"), {"last_name": bad}),
        (f"{STAFF}add/", {**PERSON, "first_name": bad}),
        ("/clinic/details/", {"name": bad}),
        ("/clinic/contacts/closed-days/new/", {"name": bad}),
        ("/accounts/", {"first_name": bad, "last_name": "Test", "shown": account_version(manager.user)}),
    ):
        response = client.post(path, posted)
        assert response.status_code == 422, path
        assert REFUSED in words(response), path


def test_the_commands_say_so(db: None) -> None:
    for command in (
        (
            "add_clinic",
            "Lark\nfield",
            *CLINIC,
            f"--hours={json.dumps(WEEKDAYS)}",
            "--manager=a@test.example",
            "--manager-name=A B",
        ),
        (
            "add_clinic",
            "Larkfield",
            *CLINIC,
            f"--hours={json.dumps(WEEKDAYS)}",
            "--manager=a@test.example",
            "--manager-name=A \u202eB",
        ),
        ("add_editor", "e@test.example", "--name=E\nF"),
    ):
        with pytest.raises(CommandError, match="on one line"):
            call_command(*command)
    assert not Clinic.objects.exists()


def test_a_name_from_before_is_still_shown(nurse: StaffMember, patient: Patient) -> None:
    type(patient.user).objects.filter(pk=patient.user_id).update(first_name="Ama\nra")
    page = words(staff_client(nurse).get(patient_url(patient)))
    assert "Ama ra Test" in page
    assert change_details(
        patient=patient, by=nurse.user, now=at(), details={"first_name": "Ama\nra", "record_number": "7"}
    ) == ["record_number"]
