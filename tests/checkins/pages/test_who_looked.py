"""A patient reads who of the clinic has looked at the record, in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.actions.contact_attempts import record_contact_attempt
from aftercare.checkins.pages.who_looked import ACTS, EVENTS_ON_A_PAGE, LOOKS
from aftercare.people.models import Event, Patient, Procedure, StaffMember, User
from aftercare.people.sealing.looks import record_looks
from tests.checkins.posting import signed_in, text_of
from tests.clock import frozen_at
from tests.factories import at

PATH = "/who-looked/"
Page = Event.Page
pytestmark = [pytest.mark.usefixtures("course_set"), pytest.mark.frozen_at(at(26))]


def look(by: User, patient: Patient, h: float, page: Event.Page, minutes: float = 0) -> None:
    record_looks(
        shown={patient.pk: patient}, page=page, address="203.0.113.9", by=by, now=at(h, minutes=minutes)
    )


def read(patient: Patient, query: str = "") -> str:
    return text_of(signed_in(patient.user).get(f"{PATH}{query}"))


def test_days_and_lines_come_newest_first_in_plain_words(
    patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    look(clinician.user, patient, 1, Page.QUEUE)
    look(nurse.user, patient, 25, Page.SEARCH)
    look(nurse.user, patient, 25, Page.PATIENT, minutes=2)
    look(nurse.user, patient, 25, Page.SEARCH, minutes=3)
    look(nurse.user, patient, 25, Page.ALERT, minutes=40)
    said = read(patient)
    assert (
        "Today, Tuesday 13 January"
        " 11:40 Ruth Test , nurse opened what you reported"
        " 11:00 Ruth Test , nurse found you in the search, opened your page"
        " Monday 12 January"
        " 11:00 Tom Test , clinician saw you in the list of people to call"
    ) in said
    assert (
        "Larkfield Skin Clinic, or a companion of yours, opens something of yours, it is written down."
        in said
    )
    assert "203.0.113.9" not in said


def test_what_staff_did_for_the_patient_stands_there_too(
    patient: Patient, procedure: Procedure, nurse: StaffMember
) -> None:
    look(nurse.user, patient, 25, Page.PATIENT)
    record_contact_attempt(patient=patient, by=nurse.user, now=at(25, minutes=4), result="reached")
    assert "11:00 Ruth Test , nurse opened your page, noted a call with you" in read(patient)


def test_two_people_at_once_have_a_line_each(
    patient: Patient, nurse: StaffMember, clinician: StaffMember
) -> None:
    for minute, member, page in ((0, nurse, Page.QUEUE), (1, clinician, Page.QUEUE), (2, nurse, Page.ALERT)):
        look(member.user, patient, 25, page, minutes=minute)
    assert (
        "11:01 Tom Test , clinician saw you in the list of people to call"
        " 11:00 Ruth Test , nurse saw you in the list of people to call, opened what you reported"
    ) in read(patient)


def test_own_visits_and_what_the_portal_does_by_itself_are_not_listed(patient: Patient) -> None:
    for actor in (patient.user, User.objects.system()):
        for verb in (Event.Verb.CHANGED_DETAILS, Event.Verb.ENROLLED):
            Event.objects.create(verb=verb, actor=actor, at=at(1), patient=patient, clinic=patient.clinic)
    assert "Nobody has looked yet" in read(patient)


def test_it_is_about_ones_own_record_and_nobody_elses(
    patient: Patient, stranger: Patient, nurse: StaffMember, outsider: StaffMember, client: Any
) -> None:
    look(nurse.user, patient, 25, Page.PATIENT)
    look(outsider.user, stranger, 25, Page.PATIENT)
    assert "Ruth" in read(patient)
    assert "Olga" not in read(patient)
    assert "Ruth" not in read(stranger)
    theirs = Event.objects.get(patient=stranger)
    assert "Olga" not in read(patient, f"?before={theirs.pk}")
    assert client.get(PATH).headers["Location"].startswith("/accounts/login/code/?next=/who-looked/")
    for member in (nurse, outsider):
        assert signed_in(member.user).get(PATH).status_code == 404


def test_older_ones_are_a_press_away(patient: Patient, nurse: StaffMember) -> None:
    for step in range(EVENTS_ON_A_PAGE + 20):
        look(nurse.user, patient, -(step // 4), [*Page][step % 4])
    first = signed_in(patient.user).get(PATH)
    older = first.context["found"].older
    assert f'href="?before={older}"' in first.content.decode()
    second = signed_in(patient.user).get(f"{PATH}?before={older}")
    assert second.context["found"].older is None
    shown = [
        line.first.pk for page in (first, second) for day in page.context["found"].days for line in day.lines
    ]
    assert len(shown) == len(set(shown)) == 30
    for nonsense in ("x", "99999999999999999999", "-1", "1.5", "²"):
        assert read(patient, f"?before={nonsense}") == read(patient)


def test_who_was_erased_is_somebody_and_no_address_is_shown(patient: Patient, nurse: StaffMember) -> None:
    look(nurse.user, patient, 25, Page.PATIENT)
    nurse.user.first_name = nurse.user.last_name = ""
    nurse.user.save()
    said = read(patient)
    assert "11:00 Somebody of the clinic , nurse opened your page" in said
    assert nurse.user.email not in said


def test_where_nobody_has_looked_no_line_can_look_wrong(patient: Patient, nurse: StaffMember) -> None:
    assert "Nobody has looked yet" in read(patient)
    assert "If a line looks wrong" not in read(patient)
    look(nurse.user, patient, 25, Page.PATIENT)
    assert "If a line looks wrong" in read(patient)


def test_today_leads_there(patient: Patient, procedure: Procedure, nurse: StaffMember) -> None:
    link = f'href="{PATH}"'
    assert link in signed_in(patient.user).get("/").content.decode()
    assert link not in signed_in(nurse.user).get("/guidance/").content.decode()


def test_it_takes_as_many_queries_for_many_looks_as_for_one(patient: Patient, nurse: StaffMember) -> None:
    look(nurse.user, patient, 1, Page.PATIENT)
    counts = []
    for hour in (26, 27):
        with frozen_at(at(hour)):
            client = signed_in(patient.user)
            with CaptureQueriesContext(connection) as taken:
                client.get(PATH)
        counts.append(len(taken))
        for step in range(50):
            look(nurse.user, patient, step / 2, Page.PATIENT)
    assert counts[0] == counts[1] <= 10


def test_every_page_of_staff_has_plain_words() -> None:
    assert LOOKS.keys() == set(Page)
    assert {Event.Verb.OPENED_ALERT, Event.Verb.OPENED_PATIENT} <= ACTS.keys()
    assert Event.Verb.LOOKED not in ACTS, "its words are those of its page"
