"""The calendar file of a recovery, read again by the library's parser."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.core.management import call_command

from aftercare.checkins.schedule import PLANNED_DAYS
from aftercare.guidance.models import ClinicGuidance
from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from tests.checkins.posting import signed_in
from tests.clock import frozen_at
from tests.factories import ProcedureFactory, at
from tests.guidance.writing import instruction, published

pytestmark = pytest.mark.django_db

PATH = "/calendar/"
CLOSED = "Wear make-up again only if your skin has closed."
MAKE_UP = "Make-up: usually from now on"


@pytest.fixture
def guidance(clinic: Clinic) -> None:
    published(
        instruction("make-up-again", text=CLOSED, from_hour=24, clinic_field="make_up_from_h"),
        instruction("no-make-up", "avoid", until_hour=24, clinic_field="make_up_from_h"),
        instruction("lumps", text="Feel for firm lumps.", from_hour=168),
    )


def file_of(patient: Patient, now: datetime) -> Any:
    with frozen_at(now):
        response = signed_in(patient.user).get(PATH)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    found: Any = icalendar.Calendar.from_ical(response.content)
    assert found.errors == []
    assert [one for event in found.events for one in event.errors] == []
    return found


def begins(calendar: Any, title: str, status: str = "CONFIRMED") -> list[Any]:
    return [
        event.decoded("dtstart")
        for event in calendar.events
        if event["summary"] == title and event["status"] == status
    ]


def uids(calendar: Any) -> list[str]:
    return [str(event["uid"]) for event in calendar.events]


def test_the_file_holds_the_planned_check_ins_and_what_may_be_done_from_when(
    guidance: None, patient: Patient, procedure: Procedure, clinic: Clinic
) -> None:
    ClinicGuidance.objects.create(clinic=clinic, make_up_from_h=48)
    found = file_of(patient, at(3))
    treated_on = procedure.performed_at.astimezone(clinic.zone).date()
    assert begins(found, "Check-in") == [treated_on + timedelta(days=day) for day in PLANNED_DAYS]
    assert begins(found, MAKE_UP) == [procedure.performed_at + timedelta(hours=48)]
    assert len(found.events) == len(PLANNED_DAYS) + 1
    assert found["version"] == "2.0"
    assert found["method"] == "PUBLISH"


def test_the_file_names_neither_the_patient_nor_the_treatment(
    guidance: None, patient: Patient, procedure: Procedure
) -> None:
    with frozen_at(at(3)):
        text = signed_in(patient.user).get(PATH).content.decode()
    plain = text.replace("\r\n ", "")
    for word in (patient.user.first_name, patient.user.last_name, patient.user.email, str(patient.pk)):
        assert word.lower() not in plain.lower(), word
    for word in (procedure.get_kind_display(), procedure.area, str(procedure.pk), "needling", "lump"):
        assert word.lower() not in plain.lower(), word
    assert plain.count("CLASS:PRIVATE") == plain.count("BEGIN:VEVENT")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_a_later_file_updates_each_event_and_doubles_none(
    guidance: None, patient: Patient, procedure: Procedure
) -> None:
    first = file_of(patient, at(3))
    Procedure.objects.filter(pk=procedure.pk).update(performed_at=at(-24))
    second = file_of(patient, at(4))
    assert uids(first) == uids(second)
    assert len(set(uids(first))) == len(uids(first))
    assert begins(second, MAKE_UP) == [at(0)]
    for before, after in zip(first.events, second.events, strict=True):
        assert before["sequence"] < after["sequence"] < 2**31


@pytest.mark.parametrize(("area", "make_up"), [("face", "CANCELLED"), ("neck", "CONFIRMED")])
def test_a_newer_treatment_cancels_what_it_puts_out_of_date(
    guidance: None, patient: Patient, procedure: Procedure, nurse: StaffMember, area: str, make_up: str
) -> None:
    assert procedure.area == "face"
    before = file_of(patient, at(3))
    newer = ProcedureFactory.create(
        patient=patient, area=area, performed_at=at(12), recorded_at=at(12), recorded_by=nurse.user
    )
    after = file_of(patient, at(13))
    assert set(uids(before)) < set(uids(after))
    by_uid = {str(event["uid"]): event for event in after.events}
    treated_again = newer.performed_at.date()
    for event in before.events:
        start, status = event.decoded("dtstart"), by_uid[event["uid"]]["status"]
        if event["summary"] == MAKE_UP:
            assert status == make_up
        else:
            assert status == ("CANCELLED" if start >= treated_again else "CONFIRMED"), start


@pytest.mark.parametrize(
    ("zone", "performed_at", "make_up", "first_days"),
    [
        # The clocks go forward on 28 March 2027: 24 hours later is 12:30 by the clock.
        (
            "Europe/London",
            datetime(2027, 3, 27, 11, 30, tzinfo=UTC),
            datetime(2027, 3, 28, 11, 30, tzinfo=UTC),
            [date(2027, 3, 27), date(2027, 3, 28)],
        ),
        # 23:00 in UTC is the next day in Kathmandu, and in Samoa.
        (
            "Asia/Kathmandu",
            datetime(2027, 3, 1, 23, 0, tzinfo=UTC),
            datetime(2027, 3, 2, 23, 0, tzinfo=UTC),
            [date(2027, 3, 2), date(2027, 3, 3)],
        ),
        (
            "Pacific/Apia",
            datetime(2027, 3, 1, 11, 0, tzinfo=UTC),
            datetime(2027, 3, 2, 11, 0, tzinfo=UTC),
            [date(2027, 3, 2), date(2027, 3, 3)],
        ),
    ],
)
def test_hours_are_elapsed_and_days_are_those_of_the_clinic(
    guidance: None,
    patient: Patient,
    clinic: Clinic,
    nurse: StaffMember,
    zone: str,
    performed_at: datetime,
    make_up: datetime,
    first_days: list[date],
) -> None:
    clinic.time_zone = zone
    clinic.save()
    ProcedureFactory.create(
        patient=patient, performed_at=performed_at, recorded_at=performed_at, recorded_by=nurse.user
    )
    found = file_of(patient, performed_at + timedelta(hours=1))
    assert begins(found, MAKE_UP) == [make_up]
    assert begins(found, "Check-in")[:2] == first_days


def test_line_breaks_and_signs_of_the_format_stay_part_of_the_text(
    clinic: Clinic, patient: Patient, procedure: Procedure
) -> None:
    said = "Rest, then walk; slowly: \\ like this. " + "Ünd so weiter. " * 9
    published(instruction("make-up", text=said.strip(), from_hour=24, clinic_field="make_up_from_h"))
    (event,) = (one for one in file_of(patient, at(3)).events if one["summary"] == MAKE_UP)
    assert event["description"] == said.strip()


def test_before_the_first_treatment_there_is_no_file_and_no_link(clinic: Clinic, patient: Patient) -> None:
    call_command("load_guidance", verbosity=0)
    client = signed_in(patient.user)
    assert client.get(PATH).status_code == 404
    assert PATH not in client.get("/").content.decode()


def test_today_leads_to_the_file(patient: Patient, procedure: Procedure) -> None:
    with frozen_at(at(3)):
        assert f'href="{PATH}"' in signed_in(patient.user).get("/").content.decode()
