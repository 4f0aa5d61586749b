"""A poll that brings no news is answered by one query, whatever else goes to the view."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aftercare.alerts.models import Alert
from aftercare.people.models import Patient, StaffMember
from aftercare.people.sessions.limits import STAFF_IDLE
from clinic.queue.live.etag import NOW, valid_until
from clinic.queue.live.notices import LOOKED_AT_EVERY
from clinic.queue.live.polls import known_polls
from tests.clinic.staff_client import QUEUE, staff_client
from tests.clock import frozen_at
from tests.factories import at, check_in

pytestmark = [pytest.mark.usefixtures("procedure", "course_set"), pytest.mark.frozen_at(at(20.1))]
LIVE = "/clinic/queue/"


class Screen:
    """An open queue that has asked once, so that its poll is known."""

    def __init__(self, member: StaffMember) -> None:
        self.client = staff_client(member)
        self.client.defaults["HTTP_ACCEPT_ENCODING"] = "gzip"  # as browsers: the tag is a weak one
        self.client.get(QUEUE)
        self.etag = self.client.get(LIVE).headers["ETag"]
        self.ask()

    def ask(self, path: str = LIVE) -> tuple[Any, int]:
        """Returns the answer and the number of queries."""
        with CaptureQueriesContext(connection) as queries:
            answer = self.client.get(path, headers={"If-None-Match": self.etag})
        return answer, len(queries)


@pytest.fixture
def screen(urgent_alert: Alert, nurse: StaffMember) -> Screen:
    return Screen(nurse)


def test_no_news_takes_one_query_and_says_nothing(screen: Screen) -> None:
    answer, queries = screen.ask()
    assert (answer.status_code, answer.content, queries) == (304, b"", 1)
    assert screen.etag == f"W/{answer.headers['ETag']}"
    assert "no-store" in answer.headers["Cache-Control"]


def test_an_emergency_is_in_the_next_answer(screen: Screen, urgent_alert: Alert) -> None:
    check_in(urgent_alert.patient, 20.05, emergency=["eye"])
    answer, _queries = screen.ask()
    assert answer.status_code == 200
    assert "New emergency" in gzip.decompress(answer.content).decode()


def test_the_instant_at_which_the_list_changes_is_drawn(urgent_alert: Alert, nurse: StaffMember) -> None:
    until = at(20, minutes=12)
    Alert.objects.update(next_escalation_at=until)
    screen = Screen(nurse)
    assert valid_until(screen.etag.removeprefix("W/")) == until
    with frozen_at(until - timedelta(milliseconds=1)):
        assert screen.ask()[0].status_code == 304
    with frozen_at(until):
        assert screen.ask()[0].status_code == 200


def test_what_stands_above_is_looked_at_again_by_the_view(screen: Screen) -> None:
    with frozen_at(at(20.1) + LOOKED_AT_EVERY):
        assert screen.ask()[1] > 1
        assert screen.ask()[1] == 1


def test_each_answer_says_the_clock_of_the_server(screen: Screen) -> None:
    for path in (LIVE, f"{LIVE}?owner=me"):
        answer, _queries = screen.ask(path)
        assert answer.headers[NOW] == str(int(1000 * at(20.1).timestamp()))


@pytest.mark.parametrize("tag", ['"1-x"', '"', '"99999999999999999999-0"', f'"{"9" * 19}-{"0" * 32}"', "*"])
def test_a_tag_that_is_none_goes_to_the_view(screen: Screen, tag: str) -> None:
    screen.etag = tag
    assert screen.ask()[0].status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_poll_over_a_lost_connection_is_answered_over_a_new_one(screen: Screen) -> None:
    """As after the database was started again. SQLite has no connection to lose."""
    if connection.vendor != "postgresql":
        assert screen.ask()[0].status_code == 304
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (lost,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [lost])
    other.close()
    connection.close_if_unusable_or_obsolete()  # as Django does before each request
    assert screen.ask()[0].status_code == 304


def test_an_ended_session_is_not_told_that_nothing_changed(screen: Screen) -> None:
    Session.objects.all().delete()
    assert screen.ask()[0].status_code == 302


def test_a_session_unused_for_too_long_is_locked_though_it_polls(screen: Screen) -> None:
    poll = next(reversed(known_polls.values.values()))
    assert poll.ends_at == at(20.1) + STAFF_IDLE
    with frozen_at(at(20.1) + STAFF_IDLE):
        assert screen.ask()[0].status_code == 302


def test_who_no_longer_works_here_is_not_told_that_nothing_changed(
    screen: Screen, nurse: StaffMember
) -> None:
    StaffMember.objects.filter(pk=nurse.pk).update(is_active=False)
    assert screen.ask()[0].status_code == 404


def test_another_view_or_another_tag_goes_to_the_view(screen: Screen) -> None:
    assert screen.ask(f"{LIVE}?owner=me")[0].status_code == 200
    screen.etag = '"another"'
    assert screen.ask()[0].status_code == 200


def test_a_changed_session_goes_to_the_view(screen: Screen) -> None:
    session = screen.client.session
    session["clinic"] = 1
    session.save()
    answer, queries = screen.ask()
    assert answer.status_code == 304
    assert queries > 1


def test_nothing_is_learned_of_strangers(urgent_alert: Alert, patient: Patient) -> None:
    known_polls.clear()
    for client in (Client(), staff_client(patient)):
        client.get(LIVE)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    assert client.get(LIVE, headers={"If-None-Match": '"x"'}).status_code == 302
    assert not known_polls.values
