"""A member of staff is erased: what they did stays, under no name."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from wagtail.log_actions import log
from wagtail.users.models import UserProfile

from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.alerts.actions.ownership import acknowledge
from aftercare.alerts.following_up.unassign import return_to_pool
from aftercare.alerts.models import Alert, ContactStep
from aftercare.checkins.corrections.actions import correct_procedure
from aftercare.checkins.corrections.treatment import Treatment
from aftercare.guidance.actions.editors import add_editor
from aftercare.people.actions.account import account_version, change_account
from aftercare.people.actions.staff_invitations import invite_staff
from aftercare.people.models import (
    Clinic,
    Event,
    EventDetail,
    Operator,
    Patient,
    Shift,
    StaffMember,
    User,
)
from aftercare.people.treatments.details import TreatmentDetails
from clinic.administration.actions import change_details
from tests.clinic.erasure.whole_database import places_of
from tests.clinic.staff_client import alert_url, patient_url, proved_client, staff_client, words
from tests.factories import ProcedureFactory, at, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(22)), pytest.mark.usefixtures("empty_cache")]
FIRST, LAST, MAIDEN, ADDRESS, DIGITS = (
    "Ottoline",
    "Hartzler",
    "Vanderpuye",
    "ottoline@test.example",
    "7700900815",
)
TRACES = (FIRST, LAST, MAIDEN, ADDRESS, DIGITS)


def treated_before_and_after(patient: Patient, nurse: StaffMember) -> None:
    """Let the nurse treat under a name without an account, under the account, and stand in a correction."""
    named = Operator.objects.create(clinic=nurse.clinic, name=f"{FIRST} {MAIDEN}", key="ottoline vanderpuye")
    ProcedureFactory.create(patient=patient, operator=named)
    procedure = ProcedureFactory.create(patient=patient, performed_at=at(1), area="neck")
    for operator in (f"{FIRST} {LAST} ({ADDRESS})", "Somebody else"):
        procedure.refresh_from_db()
        correct_procedure(
            procedure=procedure,
            version=procedure.version,
            treatment=replace(Treatment.of(procedure), details=TreatmentDetails(operator=operator)),
            reason="Read from the book.",
            by=nurse.user,
            now=at(21),
        )


@pytest.fixture
def leaver(nurse: StaffMember, manager: StaffMember, owned_alert: Alert) -> StaffMember:
    """A nurse who called a patient, is on the rota, writes guidance, and stands in the words beside events."""
    user, clinic = nurse.user, nurse.clinic
    User.objects.filter(pk=user.pk).update(email=ADDRESS, first_name=FIRST, last_name=MAIDEN)
    user.refresh_from_db()
    details = {"first_name": FIRST, "last_name": LAST, "telephone": "+447700900815"}
    change_account(by=user, now=at(20), details=details, shown=account_version(user))
    user.refresh_from_db()
    step = ContactStep.objects.create(clinic=clinic, position=0)
    step.members.add(nurse)
    Shift.objects.create(clinic=clinic, member=nurse, starts_at=at(24), ends_at=at(30))
    invite_staff(member=nurse, by=manager.user, now=at(20))
    change_details(clinic=clinic, by=manager.user, now=at(20), details={"technical_contact": ADDRESS})
    change_details(clinic=clinic, by=manager.user, now=at(20), details={"technical_contact": ""})
    returned = Event.objects.create(
        verb="returned", actor=user, at=at(20), clinic=clinic, patient=owned_alert.patient
    )
    EventDetail.objects.create(event=returned, content={"owner": f"{FIRST} {MAIDEN}"})
    treated_before_and_after(owned_alert.patient, nurse)
    record_contact_attempt(
        patient=owned_alert.patient, by=user, now=at(21), result="no_answer", note="Rang twice."
    )
    check_in(owned_alert.patient, 21, by=user, note="On the telephone.")
    add_editor(email=ADDRESS)
    log(instance=user, action="wagtail.edit", user=manager.user)
    profile = UserProfile.get_for_user(user)
    profile.avatar.save("hartzler.png", ContentFile(b"made up"))
    assert proved_client(nurse).get("/clinic/").status_code == 200
    return nurse


def erase() -> None:
    call_command("erase_person", ADDRESS, "--yes", stdout=StringIO())


def test_no_column_of_any_table_names_an_erased_member_of_staff(leaver: StaffMember) -> None:
    before = places_of(TRACES)
    assert before.keys() == set(TRACES)
    assert {
        "people_user.last_name",
        "people_eventdetail.content",
        "people_operator.name",
        "wagtailcore_modellogentry.label",
        "wagtailusers_userprofile.avatar",
    } <= set().union(*before.values())
    erase()
    assert places_of(TRACES) == {}


def test_the_picture_goes_with_the_profile(
    leaver: StaffMember, django_capture_on_commit_callbacks: Any
) -> None:
    avatar = UserProfile.objects.get(user=leaver.user).avatar
    assert avatar.storage.exists(avatar.name)
    with django_capture_on_commit_callbacks(execute=True):
        erase()
    assert not avatar.storage.exists(avatar.name)


def test_what_they_did_stands_under_no_name(
    leaver: StaffMember, clinician: StaffMember, owned_alert: Alert
) -> None:
    erase()
    page = words(staff_client(clinician).get(alert_url(owned_alert)))
    assert "Former member of staff" in page
    assert "Rang twice." in page
    assert "Former member of staff" in words(staff_client(clinician).get(patient_url(owned_alert.patient)))
    attempt = owned_alert.patient.contact_attempts.get()
    assert (attempt.by, attempt.note) == (leaver.user, "Rang twice.")


def test_patients_read_that_a_former_member_of_staff_looked(leaver: StaffMember, patient: Patient) -> None:
    assert staff_client(leaver).get(patient_url(patient)).status_code == 200
    erase()
    assert "Former member of staff" in words(staff_client(patient).get("/who-looked/"))


def test_managers_see_no_erased_person_among_the_staff(leaver: StaffMember, manager: StaffMember) -> None:
    client = proved_client(manager)
    erase()
    assert "Former member of staff" not in words(client.get("/clinic/staff/"))
    assert client.get(f"/clinic/staff/{leaver.pk}/").status_code == 404
    assert client.post(f"/clinic/staff/{leaver.pk}/", {"role": "nurse", "is_active": "on"}).status_code == 404


def test_their_work_goes_back_to_the_clinic(
    leaver: StaffMember, clinician: StaffMember, owned_alert: Alert
) -> None:
    client = staff_client(leaver)
    erase()
    assert client.get("/clinic/").status_code == 302, "signed out"
    assert not ContactStep.objects.get().members.exists()
    assert Shift.objects.get().member is None
    leaver.refresh_from_db()
    assert not leaver.is_active
    assert return_to_pool(at(22)) == 1
    owned_alert.refresh_from_db()
    assert owned_alert.owner is None
    assert acknowledge(alert=owned_alert, by=clinician.user, now=at(22)).owner_id in {None, clinician.user_id}


def test_the_clinic_keeps_the_event_of_what_it_changed(leaver: StaffMember, clinic: Clinic) -> None:
    erase()
    changed = Event.objects.filter(verb="changed_clinic", clinic=clinic).order_by("pk")
    assert [event.data["fields"] for event in changed] == [["technical_contact"]] * 2
    assert [event.details["after"] for event in changed] == [{"technical_contact": ""}] * 2
    assert Event.objects.get(verb="erased").clinic == clinic
