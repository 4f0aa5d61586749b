"""The list of patients and the page of one."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.actions.closing import close
from aftercare.people.models import Patient, StaffMember
from clinic.labels import age_words
from tests.clinic.staff_client import (
    BANNER_QUERIES,
    ENROL,
    PATIENTS,
    alert_url,
    patient_url,
    staff_client,
    words,
)
from tests.factories import PatientFactory, alert_of, at, check_in, someone, treated

pytestmark = [pytest.mark.usefixtures("course_set"), pytest.mark.frozen_at(at(96))]


def test_who_was_treated_last_comes_first_and_who_was_not_comes_last(
    patient: Patient, nurse: StaffMember
) -> None:
    early, late = someone(patient, "Early"), someone(patient, "Late")
    treated(late, nurse.user, 24)
    rows = staff_client(nurse).get(PATIENTS).context["rows"]
    assert [row.patient for row in rows] == [late, early, patient]


def test_each_row_says_treatment_alerts_and_the_last_check_in(patient: Patient, nurse: StaffMember) -> None:
    treated(patient, nurse.user, 0)
    patient.record_number, patient.at_risk = "L-1", True
    patient.save()
    check_in(patient, 20, signs=["pus"], pain=3)

    page = words(staff_client(nurse).get(PATIENTS))

    assert (
        "Amara Test At risk Microneedling, face, 96 h Urgent 2 Last check-in Tue 06:00, 3 days 4 h ago – Record L-1"
        in page
    )


def test_fifty_patients_stand_on_a_page(patient: Patient, nurse: StaffMember) -> None:
    PatientFactory.create_batch(50, clinic=patient.clinic)
    client = staff_client(nurse)
    assert len(client.get(PATIENTS).context["rows"]) == 50
    second = client.get(PATIENTS, {"page": "2"})
    assert len(second.context["rows"]) == 1
    assert "Page 2 of 2" in words(second)
    assert client.get(PATIENTS, {"page": "no number"}).status_code == 200
    assert len(client.get(PATIENTS, {"page": "99"}).context["rows"]) == 1


def test_the_list_takes_as_many_queries_for_many_patients_as_for_one(
    patient: Patient, nurse: StaffMember
) -> None:
    alert_of(patient, 20, signs=["pus"])
    client = staff_client(nurse)
    client.get(PATIENTS)  # how delivery stands is looked up once in ten seconds
    with CaptureQueriesContext(connection) as for_one:
        client.get(PATIENTS)
    for number in range(6):
        check_in(someone(patient, f"P{number}"), 30, signs=["pus", "patches"], pain=3)
    with CaptureQueriesContext(connection) as for_many:
        assert len(client.get(PATIENTS).context["rows"]) == 7
    assert len(for_many) == len(for_one) <= 10 + BANNER_QUERIES


def test_an_empty_list_leads_to_enrolling(nurse: StaffMember) -> None:
    response = staff_client(nurse).get(PATIENTS)
    assert "No patients yet" in words(response)
    assert f'href="{ENROL}"' in response.content.decode()


def test_the_page_of_a_patient_holds_details_procedures_check_ins_and_alerts(
    patient: Patient, clinician: StaffMember
) -> None:
    treated(patient, clinician.user, 0)
    patient.intake, patient.at_risk, patient.date_of_birth = ["iq8"], True, date(1990, 1, 17)
    patient.call_back_telephone = "07700 900142"
    patient.save()
    closed = alert_of(patient, 20, signs=["pus"])
    close(alert=closed, by=clinician.user, now=at(21), outcome="prescribed", note="Seen.")
    still_open = alert_of(patient, 46, signs=["hives"])

    response = staff_client(clinician).get(patient_url(patient))

    page = words(response)
    assert "Born 17 January 1990, 35 years." in page
    assert "At risk: radiation treatment here" in page
    assert "Amara Test 07700 900142" in page
    assert "Microneedling, face Monday 12 January 2026, 10:00, 4 days ago" in page
    assert "Urgent A raised, itchy rash. Raised Wed 08:00" in page
    assert "Prescribed. Closed Tue 07:00 by Tom Test." in page
    assert "Check-ins 2 Urgent Wed 08:00 , 46 h" in page
    for alert in (closed, still_open):
        assert f'href="{alert_url(alert)}"' in response.content.decode()
    assert patient_url(patient, "procedures/new/") in response.content.decode()


def test_a_corrected_check_in_is_listed_and_marked(patient: Patient, nurse: StaffMember) -> None:
    treated(patient, nurse.user, 0)
    wrong = check_in(patient, 20, redness=4).check_in
    check_in(patient, 22, described=at(20), redness=1, supersedes=wrong)
    page = words(staff_client(nurse).get(patient_url(patient)))
    assert page.count("corrected since") == 1
    assert "sent 08:00" in page or "sent Tue 08:00" in page


@pytest.mark.parametrize(
    ("intake", "said"),
    [
        (None, "Skin infection or open spots Not asked Has had cold sores Not asked Pregnant"),
        ([], "Skin infection or open spots No Has had cold sores No Pregnant No"),
        (["iq1", "iq3"], "Skin infection or open spots Yes Has had cold sores No Pregnant Yes"),
    ],
)
def test_the_intake_tells_not_asked_from_none(
    patient: Patient, nurse: StaffMember, intake: list[str] | None, said: str
) -> None:
    patient.intake = intake
    patient.save()
    assert f"Intake {said}" in words(staff_client(nurse).get(patient_url(patient)))


def test_twenty_check_ins_stand_on_a_page(patient: Patient, nurse: StaffMember) -> None:
    treated(patient, nurse.user, 0)
    for turn in range(21):
        check_in(patient, 20 + turn)
    client = staff_client(nurse)
    client.get(patient_url(patient))  # the first look of an hour is written down
    with CaptureQueriesContext(connection) as queries:
        assert len(client.get(patient_url(patient)).context["reports"]) == 20
    assert len(queries) <= 15 + BANNER_QUERIES
    assert len(client.get(patient_url(patient), {"page": "2"}).context["reports"]) == 1


@pytest.mark.parametrize(
    ("born", "years"),
    [
        (date(1990, 1, 15), "36"),
        (date(1990, 1, 16), "36"),  # the birthday itself
        (date(1990, 1, 17), "35"),
        (None, ""),
    ],
)
def test_the_age_is_that_of_the_clinics_calendar(patient: Patient, born: date | None, years: str) -> None:
    patient.date_of_birth = born
    assert age_words(patient, at(96)) == years


def test_the_course_since_the_treatment_is_drawn(patient: Patient, nurse: StaffMember) -> None:
    treated(patient, nurse.user, 0)
    check_in(patient, 20, redness=2)
    assert "Course since treatment Face, 12 January Redness" in words(
        staff_client(nurse).get(patient_url(patient))
    )
