"""Managers see who looked at which patient's data."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftercare.people.models import Event, Patient, StaffMember
from aftercare.people.sealing.looks import record_looks
from clinic.administration.looks_page import LOOKS_ON_A_PAGE
from tests.clinic.staff_client import patient_url, staff_client, words
from tests.clock import frozen_at
from tests.factories import at, someone

LOOKS = "/clinic/looks/"
pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(30))]
Page = Event.Page


def look(
    by: StaffMember, patient: Patient, h: float, page: Event.Page = Page.PATIENT, address: str = ""
) -> None:
    record_looks(shown={patient.pk: patient}, page=page, address=address, by=by.user, now=at(h))


def rows_of(manager: StaffMember, query: str = "") -> list[str]:
    """Return the text of each row, without the manager's own looks at this page."""
    response = staff_client(manager).get(f"{LOOKS}{query}")
    assert response.status_code == 200
    return [
        " ".join([row.event.actor.first_name, *(seen.patient.user.first_name for seen in row.seen), row.page])
        for row in response.context["page"].rows
        if row.event.page != Page.LOOKS
    ]


def test_each_look_says_who_at_whom_when_which_page_and_from_where(
    manager: StaffMember, nurse: StaffMember, patient: Patient
) -> None:
    look(nurse, patient, 25, Page.ALERT, "203.0.113.9")
    said = words(staff_client(manager).get(LOOKS))
    assert "Tuesday 13 January" in said
    assert "11:00 Ruth Test From 203.0.113.9 An alert: Amara Test" in said


def test_a_look_from_before_pages_were_written_down_has_its_page_too(
    manager: StaffMember, nurse: StaffMember, patient: Patient
) -> None:
    for verb in (Event.Verb.OPENED_ALERT, Event.Verb.OPENED_PATIENT):
        Event.objects.create(verb=verb, actor=nurse.user, at=at(1), patient=patient, clinic=patient.clinic)
    assert rows_of(manager) == ["Ruth Amara the patient’s page", "Ruth Amara an alert"]


def test_it_is_narrowed_to_a_patient_a_person_and_a_day(
    manager: StaffMember, nurse: StaffMember, clinician: StaffMember, patient: Patient
) -> None:
    zoe = someone(patient, "Zoe")
    look(nurse, patient, 1)
    look(clinician, patient, 2)
    look(nurse, zoe, 26)
    assert rows_of(manager, f"?patient={patient.pk}") == [
        "Tom Amara the patient’s page",
        "Ruth Amara the patient’s page",
    ]
    assert rows_of(manager, f"?member={clinician.pk}") == ["Tom Amara the patient’s page"]
    assert rows_of(manager, "?day=2026-01-13") == ["Ruth Zoe the patient’s page"]
    assert rows_of(manager, f"?patient={zoe.pk}&member={clinician.pk}") == []


@pytest.mark.parametrize(
    "query",
    ["?member=x", "?member=99999999999999999999", "?patient=x", "?day=2026-13-40", "?before=x", "?day=x"],
)
def test_what_cannot_be_read_narrows_nothing(
    manager: StaffMember, nurse: StaffMember, patient: Patient, query: str
) -> None:
    look(nurse, patient, 1)
    assert rows_of(manager, query) == ["Ruth Amara the patient’s page"]


def test_another_clinics_patients_and_staff_are_unknown(
    manager: StaffMember, nurse: StaffMember, patient: Patient, outsider: StaffMember, stranger: Patient
) -> None:
    look(nurse, patient, 1)
    look(outsider, stranger, 2)
    assert rows_of(manager) == ["Ruth Amara the patient’s page"]
    for query in (f"?patient={stranger.pk}", f"?member={outsider.pk}", f"?patient={uuid.uuid4()}"):
        assert rows_of(manager, query) == ["Ruth Amara the patient’s page"], "the filter is not taken"
        assert "Sam" not in words(staff_client(manager).get(f"{LOOKS}{query}"))


def test_a_page_holds_so_many_and_leads_to_the_older_ones(
    manager: StaffMember, nurse: StaffMember, patient: Patient
) -> None:
    for step in range(LOOKS_ON_A_PAGE + 5):
        # Several at the same instant: none is left out or shown twice.
        look(nurse, patient, step // 10, [*Page][step % 10])
    first = staff_client(manager).get(f"{LOOKS}?patient={patient.pk}").context["page"]
    assert len(first.rows) == LOOKS_ON_A_PAGE
    second = staff_client(manager).get(f"{LOOKS}?{first.older}").context["page"]
    shown = [row.event.pk for row in (*first.rows, *second.rows) if row.event.actor == nurse.user]
    assert shown == [event.pk for event in patient.events.filter(actor=nurse.user)]
    assert second.older == ""


def test_a_list_of_several_patients_is_one_row(
    manager: StaffMember, nurse: StaffMember, patient: Patient
) -> None:
    zoe = someone(patient, "Zoe")
    shown = {one.pk: one for one in (patient, zoe)}
    record_looks(shown=shown, page=Page.QUEUE, address="", by=nurse.user, now=at(1))
    [row] = rows_of(manager)
    assert row in {"Ruth Amara Zoe the queue", "Ruth Zoe Amara the queue"}
    assert rows_of(manager, f"?patient={zoe.pk}") == ["Ruth Zoe the queue"]


def test_it_takes_as_many_queries_for_many_looks_as_for_one(
    manager: StaffMember, nurse: StaffMember, patient: Patient
) -> None:
    look(nurse, patient, 1)
    counts = []
    for hour in (31, 33):
        with frozen_at(at(hour)):
            client = staff_client(manager)
            with CaptureQueriesContext(connection) as taken:
                client.get(LOOKS)
        counts.append(len(taken))
        for number in range(30):
            look(nurse, someone(patient, f"Zoe{number}"), 2)
    assert counts[0] == counts[1]


def test_a_patients_page_leads_there_for_the_manager_only(
    manager: StaffMember, clinician: StaffMember, patient: Patient
) -> None:
    link = f'href="{LOOKS}?patient={patient.pk}"'
    assert link in staff_client(manager).get(patient_url(patient)).content.decode()
    assert link not in staff_client(clinician).get(patient_url(patient)).content.decode()


def test_the_looks_of_a_day_stand_under_the_day(
    manager: StaffMember, nurse: StaffMember, patient: Patient
) -> None:
    for hour in (-9, 1, 25):
        look(nurse, patient, hour)
    said = words(staff_client(manager).get(LOOKS))
    days = ("Today, Tuesday 13 January", "11:00", "Monday 12 January", "11:00", "01:00")
    places = [said.index("Today, ")]
    for part in days[1:]:
        places.append(said.index(part, places[-1] + 1))
    assert days[0] in said
