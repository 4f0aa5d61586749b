"""A connection is asked whether it lives after a pause, and its socket before."""

from typing import Any

import pytest
from django.db import ProgrammingError, connections, transaction
from django.db import connection as default
from django.db.backends.postgresql.base import DatabaseWrapper

from aftercare.database.postgresql import base
from aftercare.people.models import Clinic

pytestmark = pytest.mark.django_db(transaction=True)
connection: Any = default


@pytest.fixture(autouse=True)
def postgresql() -> None:
    """The checks of Django for the first request of a connection that has answered just now."""
    assert connection.vendor == "postgresql"
    connection.ensure_connection()
    connection.health_check_enabled = True
    assert connection.is_usable()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What Django's own check has answered, each time that it was asked."""
    answers: list[bool] = []
    ask = DatabaseWrapper.is_usable

    def asking(self: DatabaseWrapper) -> bool:
        answers.append(bool(ask(self)))
        return answers[-1]

    monkeypatch.setattr(DatabaseWrapper, "is_usable", asking)
    return answers


def end(pid: int) -> None:
    """End a connection as the database's administrator does, and wait until it is gone."""
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            assert cursor.fetchone() == (True,)
    finally:
        other.close()


def begin_request() -> None:
    connection.health_check_done = False
    Clinic.objects.count()


def pid() -> int:
    return int(connection.connection.info.backend_pid)


def test_a_connection_that_has_answered_just_now_is_not_asked(asked: list[bool]) -> None:
    first = pid()
    for _ in range(3):
        begin_request()
    assert (asked, pid()) == ([], first)


def test_a_connection_that_was_silent_for_a_while_is_asked(
    asked: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "ASKED_EVERY", 0.0)
    begin_request()
    assert asked == [True]


def test_a_connection_that_the_server_has_ended_is_made_anew_at_once(asked: list[bool]) -> None:
    first = pid()
    end(first)
    begin_request()
    assert asked == [False]
    assert pid() != first
    begin_request()
    assert asked == [False, True]


def test_an_ended_connection_is_never_taken_for_alive(asked: list[bool]) -> None:
    connection.connection.close()
    begin_request()
    assert asked == [False]
    assert connection.is_usable()


def test_an_aborted_transaction_is_not_usable() -> None:
    with transaction.atomic():
        with pytest.raises(ProgrammingError):
            Clinic.objects.raw("SELECT id FROM no_such_table")[0]
        assert not connection.is_usable()
        transaction.set_rollback(True)
    assert connection.is_usable()


def test_a_connection_on_which_something_failed_is_asked(asked: list[bool]) -> None:
    with pytest.raises(ProgrammingError):
        Clinic.objects.raw("SELECT id FROM no_such_table")[0]
    connection.close_if_unusable_or_obsolete()
    assert asked == [True]
