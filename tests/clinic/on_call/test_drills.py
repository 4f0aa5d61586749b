"""The alarm drill on the pages of staff."""

from __future__ import annotations

import pytest
from django.test import Client

from aftercare.alerts.models import ContactStep, Dispatch, Drill
from aftercare.alerts.notifying.notifications import drain
from aftercare.outbox.models import Message
from aftercare.people.models import Clinic, Patient, StaffMember
from tests.clinic.staff_client import QUEUE, staff_client, words
from tests.clock import frozen_at
from tests.factories import at

pytestmark = [pytest.mark.django_db, pytest.mark.frozen_at(at(0))]


@pytest.fixture
def drill(clinic: Clinic, manager: StaffMember, nurse: StaffMember) -> Drill:
    """A drill that the manager has started at the press of a button."""
    ContactStep.objects.create(clinic=clinic, position=0).members.add(nurse)
    staff_client(manager).post("/clinic/drills/start/")
    drill: Drill = clinic.drills.get()
    return drill


def page_of(drill: Drill, act: str = "") -> str:
    return f"/clinic/drills/{drill.pk}/{f'{act}/' if act else ''}"


def test_a_drill_goes_the_whole_way_and_is_timed(drill: Drill, nurse: StaffMember) -> None:
    drain(at(0))
    Message.objects.update(state=Message.State.SENT, finished_at=at(0, seconds=4))
    with frozen_at(at(0, seconds=65)):
        response = staff_client(nurse).post(page_of(drill, "acknowledge"), follow=True)

    page = words(response)
    assert "Ruth Test acknowledged it" in page
    assert "First message handed to the mail server after 4 s" in page
    assert "Acknowledged after 1 min 5 s" in page
    assert "Mail to Ruth Test: handed over at 10:00." in page
    contacts = words(staff_client(nurse).get("/clinic/contacts/"))
    assert "Told after 4 s. Ruth Test acknowledged after 1 min 5 s." in contacts


def test_it_is_marked_as_a_drill_wherever_it_shows(drill: Drill, nurse: StaffMember) -> None:
    assert "Drill: no patient is waiting" in words(staff_client(nurse).get(QUEUE))
    assert "This is a drill. No patient is waiting." in words(staff_client(nurse).get(page_of(drill)))


def test_it_is_on_no_page_of_a_patient_and_in_no_list_of_alerts(
    drill: Drill, patient: Patient, nurse: StaffMember, client: Client
) -> None:
    for path in ("/", "/check-ins/"):
        assert "drill" not in words(staff_client(patient).get(path)).lower()
    assert staff_client(patient).get(page_of(drill)).status_code == 404
    assert client.get(page_of(drill)).status_code == 302
    assert staff_client(nurse).get(QUEUE).context["queue"].is_empty
    assert not drill.clinic.alerts.exists()


def test_only_a_manager_stops_it_and_who_comes_late_is_told(
    drill: Drill, manager: StaffMember, nurse: StaffMember
) -> None:
    assert staff_client(nurse).post(page_of(drill, "stop")).status_code == 403
    assert staff_client(manager).post(page_of(drill, "stop")).status_code == 302

    late = staff_client(nurse).post(page_of(drill, "acknowledge"))

    assert late.status_code == 409
    assert "This drill had already ended. You changed nothing." in words(late)
    assert "nobody had acknowledged it" in words(late)


def test_a_second_start_leads_to_the_drill_that_runs(drill: Drill, manager: StaffMember) -> None:
    response = staff_client(manager).post("/clinic/drills/start/")

    assert response.headers["Location"] == page_of(drill)
    assert Dispatch.objects.filter(reason=Dispatch.Reason.DRILL).count() == 1
