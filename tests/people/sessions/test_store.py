"""A session is read with the records of its user, and is never older than the database says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aftercare.people.encryption.sessions import find_sessions
from aftercare.people.models import Patient, User
from aftercare.people.models.hot_reads import find_records
from aftercare.people.sessions.store import SessionStore, find_records_with_session, user_ids
from tests.factories import ClinicFactory, PatientFactory, UserFactory
from tests.people.test_hot_reads import columns

pytestmark = pytest.mark.django_db
TODAY = "/"


@pytest.fixture
def known(client: Client, patient: Patient) -> Client:
    """A browser whose session this process knows."""
    client.force_login(patient.user)
    for _time in range(2):
        assert client.get(TODAY).status_code == 200
    assert user_ids.get(client.session.session_key) == patient.user.pk
    return client


def is_signed_in(client: Client) -> bool:
    return bool(client.get(TODAY).wsgi_request.user.is_authenticated)


def user_and_records(client: Client) -> tuple[User, set[object]]:
    """Return whom a request is from, and the keys of the records that the sign-in opens."""
    user = client.get(TODAY).wsgi_request.user
    assert isinstance(user, User)
    return user, {record.pk for record in user.opened_records or ()}


def tables_read(client: Client) -> list[set[str]]:
    """Return which of the session's and the records' tables each statement of a request reads, if any."""
    with CaptureQueriesContext(connection) as captured:
        client.get(TODAY)
    asked = ("django_session", "people_patient")
    found = [{table for table in asked if f'FROM "{table}"' in query["sql"]} for query in captured]
    return [tables for tables in found if tables]


def test_a_known_session_and_the_records_are_one_query(known: Client) -> None:
    assert tables_read(known) == [{"django_session", "people_patient"}]
    user_ids.clear()
    assert tables_read(known) == [{"django_session"}, {"people_patient"}]


def test_a_session_that_was_ended_elsewhere_is_over(known: Client) -> None:
    Session.objects.all().delete()
    assert not is_signed_in(known)


def test_a_session_that_has_run_out_is_over(known: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_signed_in(known)


def test_a_user_who_may_not_sign_in_any_more_is_out(known: Client, patient: Patient) -> None:
    type(patient.user).objects.filter(pk=patient.user.pk).update(is_active=False)
    assert not is_signed_in(known)


def test_a_record_that_was_withdrawn_is_not_opened(known: Client, patient: Patient) -> None:
    Patient.objects.filter(pk=patient.pk).update(withdrawn_at=timezone.now(), withdrawn_by=patient.user)
    assert user_and_records(known) == (patient.user, set())
    assert user_ids.get(known.session.session_key) is None


def test_a_record_of_another_clinic_is_there_at_once(known: Client, patient: Patient) -> None:
    added = PatientFactory.create(user=patient.user, clinic=ClinicFactory.create())
    assert user_and_records(known) == (patient.user, {patient.pk, added.pk})


def test_a_session_that_names_somebody_else_is_theirs(known: Client) -> None:
    other = PatientFactory.create()
    session = SessionStore(known.session.session_key)
    theirs = Client()
    theirs.force_login(other.user)
    session.update(dict(theirs.session))
    session.save()
    assert user_and_records(known) == (other.user, {other.pk})
    assert known.session[SESSION_KEY] == str(other.user.pk)


def test_the_read_finds_the_rows_of_both_reads(known: Client, patient: Patient) -> None:
    users = [patient.user, *(PatientFactory.create().user for _ in range(3)), UserFactory.create()]
    now, key = timezone.now(), known.session.session_key
    assert key is not None
    for asked, at in ((key, now), ("another", now), (key, now + timedelta(days=4000))):
        contents: list[str | None] = [row.session_data for row in find_sessions(key=asked, now=at)] or [None]
        for user in users:
            rows = find_records_with_session(user=user.pk, key=asked, now=at)
            assert [row.session_data for row in rows] == contents * len(rows)  # type: ignore[attr-defined]
            for row in rows:
                del row.session_data  # type: ignore[attr-defined]
            assert [columns(row) for row in rows] == [columns(row) for row in find_records(user=user.pk)]
