"""Searches and filters at their limits, in a clinic of 100,000 patients."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from aftercare.people.models import Clinic, Patient, StaffMember
from clinic.patient_search import find_patients
from tests.clinic.staff_client import ENROL, PATIENTS, QUEUE, patient_url, staff_client

pytestmark = pytest.mark.slow
SEARCH = f"{PATIENTS}search/"
DAYS = ("", "0-1", "29-")
PATIENTS_SQL = """
    WITH people AS (
        INSERT INTO people_user (password, is_superuser, first_name, last_name, is_staff, is_active,
            date_joined, email, telephone, language)
        SELECT '!', false, initcap(translate(substr(md5(n::text), 1, 7), '0123456789', 'ghijklmnop')),
            initcap(translate(substr(md5(n::text), 9, 8), '0123456789', 'ghijklmnop')), false, true,
            now(), 'p' || n || '@large.example', '', ''
        FROM generate_series(1, 100000) AS n
        RETURNING id, first_name, last_name, email
    ), treated AS (
        INSERT INTO people_patient (id, user_id, clinic_id, date_of_birth, record_number, call_back_telephone,
            call_back_hours, time_zone, search_text, guardian_name, at_risk, enrolled_at)
        SELECT md5(email)::uuid, id, %(clinic)s, date '1940-01-01' + (id %% 25000)::int, 'R' || id,
            '+4477' || lpad(id::text, 8, '0'), '', 'Europe/London',
            lower(first_name || ' ' || last_name) || ' #r' || id || '#', '', false, now()
        FROM people
        RETURNING id, user_id
    ), procedures AS (
        INSERT INTO people_procedure (id, patient_id, kind, area, performed_at, recorded_at, recorded_by_id)
        SELECT gen_random_uuid(), id, 'mn', 'face', now() - interval '1 hour' * (24 + user_id %% 900), now(), %(by)s
        FROM treated
        RETURNING id, patient_id, performed_at
    ), alerts AS (
        INSERT INTO alerts_alert (id, clinic_id, patient_id, procedure_id, rule, level, status, opened_at,
            outcome, note, last_reported_at, escalations, failed_tries, next_try_reason)
        SELECT gen_random_uuid(), %(clinic)s, patient_id, id, 'contact_requested', 'same_day', 'new',
            performed_at + interval '1 hour', '', '', performed_at + interval '1 hour', 0, 0, ''
        FROM procedures LIMIT 300
    )
    INSERT INTO checkins_nonresponse (patient_id, procedure_id, silent_since, noted_at)
    SELECT patient_id, id, performed_at, now() FROM procedures LIMIT 2000
"""
MESSAGES_SQL = """
    INSERT INTO outbox_message (id, kind, subject, sender, recipient_id, channel, repeat, priority, state,
        created_at, next_attempt_at, claimed_by, attempts, deaths, failure, error, finished_at, attended_at)
    SELECT gen_random_uuid(), 'alerts.dispatch', gen_random_uuid(), %(clinic)s, %(by)s, 'email', 0, 1,
        CASE n %% 100 WHEN 0 THEN 'failed' ELSE 'sent' END, now(), now(), '', 1, 0,
        CASE n %% 100 WHEN 0 THEN 'permanent' ELSE '' END, '', now(),
        CASE n %% 200 WHEN 0 THEN now() END
    FROM generate_series(1, 100000) AS n
"""


@pytest.fixture
def large_clinic(clinic: Clinic, manager: StaffMember) -> Clinic:
    """100,000 patients, 300 of them with an open alert, 2,000 silent, and 100,000 messages.

    Statements have the time limit of the web process.
    """
    values = {"clinic": clinic.pk, "by": manager.user_id}
    with connection.cursor() as cursor:
        # Without checks of foreign keys, which would take most of the time.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(PATIENTS_SQL, values)
        cursor.execute(MESSAGES_SQL, values)
        cursor.execute("ANALYZE people_user, people_patient, people_procedure, outbox_message, alerts_alert")
        for index in ("patient_by_search_text", "patient_by_call_back_telephone"):
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        cursor.execute("SET LOCAL session_replication_role = origin; SET LOCAL statement_timeout = '5s'")
    return clinic


def plan_of(found: QuerySet[Any]) -> str:
    """How PostgreSQL would answer."""
    return str(found.explain())


def known(number: int = 4321) -> Patient:
    """Return a patient in the middle."""
    patient: Patient = Patient.objects.select_related("user").order_by("user__email")[number]
    return patient


def longest_words(patient: Patient) -> str:
    """Return a search that is as long as it may be, and finds the patient."""
    first, last = patient.user.first_name.lower(), patient.user.last_name.lower()
    words = [
        first,
        last,
        first[1:],
        last[1:],
        first[:-1],
        last[:-1],
        first[2:],
        last[2:],
        first[:4],
        last[:5],
    ]
    assert len(words) == 10
    return " ".join(words)


def every_search(patient: Patient) -> dict[str, bool]:
    """Return searches of each kind at their limits, with whether they find the patient."""
    first, born = patient.user.first_name.lower(), patient.date_of_birth
    assert isinstance(born, date)
    return {
        longest_words(patient): True,
        ("a" + first * 15)[:100]: False,
        " ".join(["nobody"] * 10): False,
        f"{first[:2]} {patient.user.last_name[:2]}": True,
        patient.user.last_name[:6]: True,
        f"{born:%d/%m/%Y}": True,
        patient.record_number: True,
        str(patient.call_back_telephone)[-9:]: True,
        "9" * 100: False,
    }


def test_every_search_for_patients_is_answered_by_indexes(large_clinic: Clinic) -> None:
    patient = known()
    for words, is_found in every_search(patient).items():
        found = find_patients([large_clinic], words)
        plan = plan_of(found)
        assert "Seq Scan on people_patient" not in plan, (words, plan)
        assert "patient_by_" in plan, (words, plan)
        assert (patient in found) == is_found, words


def test_every_page_with_a_search_or_filter_is_drawn_within_the_time_limit(
    large_clinic: Clinic, manager: StaffMember
) -> None:
    client, patient = staff_client(manager), known()
    procedure = patient.procedures.get()
    for words in every_search(patient):
        assert client.post(SEARCH, {"words": words}, follow=True).status_code == 200, words
        place = patient_url(patient, f"procedures/{procedure.pk}/move/")
        assert client.post(place, {"words": words}, follow=True).status_code == 200, words
    for page in (
        *(
            f"{PATIENTS}?who={who}&day={day}"
            for who in ("", "alert", "silent", "none", "number")
            for day in DAYS
        ),
        f"{PATIENTS}?page=2000",
        *(f"{QUEUE}?{query}" for query in ("", "owner=none&kind=mn", "level=same_day&unacknowledged=1")),
        f"{QUEUE}handover/",
        "/clinic/messages/",
    ):
        assert client.get(page).status_code == 200, page


def test_a_likely_duplicate_is_found_by_indexes(large_clinic: Clinic, manager: StaffMember) -> None:
    patient = known()
    typed = {
        "first_name": patient.user.first_name,
        "last_name": patient.user.last_name,
        "email": "another@large.example",
        "date_of_birth": f"{patient.date_of_birth:%d/%m/%Y}",
        "call_back_telephone": str(patient.call_back_telephone),
    }
    response = staff_client(manager).post(ENROL, typed)
    assert [one.patient for one in response.context["alike"]] == [patient]
