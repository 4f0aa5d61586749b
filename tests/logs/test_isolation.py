"""An error of one clinic, patient or message is logged, and keeps no other waiting; a database that is away does."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction

from aftercare.logs.isolation import isolated

logger = logging.getLogger("aftercare.test")


def run(act: Callable[[], object], *clinics: int) -> list[int]:
    """Do something for the second clinic; return those that were done."""
    done = []
    for clinic in clinics:
        with isolated(logger, "clinic %s failed", clinic):
            if clinic == 2:
                act()
            done.append(clinic)
    return done


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@transaction.atomic
def execute_together(*statements: str) -> None:
    for sql in statements:
        execute(sql)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statements",
    [
        ["SELECT 1 / 0"],
        ["SET LOCAL statement_timeout = 20", "SELECT pg_sleep(5)"],
        # Django has connected again when the transaction is over.
        ["SELECT pg_terminate_backend(pg_backend_pid())"],
    ],
    ids=["error", "too slow", "connection lost"],
)
def test_the_others_go_on(statements: list[str], caplog: pytest.LogCaptureFixture) -> None:
    assert run(lambda: execute_together(*statements), 1, 2, 3) == [1, 3]
    assert [(record.getMessage(), bool(record.exc_info)) for record in caplog.records] == [
        ("clinic 2 failed", True)
    ]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_ends_the_run(caplog: pytest.LogCaptureFixture) -> None:
    try:
        with pytest.raises(OperationalError):
            run(lambda: execute("SELECT pg_terminate_backend(pg_backend_pid())"), 1, 2, 3)
    finally:
        connection.close()

    assert caplog.records == []


@pytest.mark.django_db
def test_what_is_no_error_of_the_database_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    with isolated(logger, "clinic %s failed", 7):
        raise ValueError("a rule that nobody thought of")

    assert [record.getMessage() for record in caplog.records] == ["clinic 7 failed"]
