"""A line of the log says what happened and where, and nothing that a person typed or is called."""

from __future__ import annotations

import json
import logging
import smtplib
import sys
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client
from pytest_django import Settings

from aftercare.logs.formatting import JsonFormatter, PlainFormatter, message_of
from aftercare.logs.request_ids import current_request_id
from aftercare.people.models import Patient, User
from tests.factories import UserFactory

SECRETS = ("Jane", "jane@test.example", "s3cret", "itches")


def record(
    message: object, *args: object, name: str = "some.library", error: bool = False
) -> logging.LogRecord:
    raised = sys.exc_info() if error else None
    return logging.LogRecord(name, logging.ERROR, "", 0, message, args, raised)


def formats(line: logging.LogRecord) -> list[str]:
    return [JsonFormatter().format(line), PlainFormatter().format(line)]


@pytest.mark.parametrize(
    ("message", "args", "line"),
    [
        ("mail for %s failed", ("jane@test.example",), "mail for [address] failed"),
        ("refused: {'jane@test.example': (550, b'no')}", (), "refused: {'[address]': (550, b'no')}"),
        ("GET %s", ("/clinic/patients/search/?q=Jane&page=2",), "GET /clinic/patients/search/?[query]"),
        ("from https://x.example/a?q=Jane", (), "from https://x.example/a?[query]"),
        ("source %s failed: %s", ("drain", ValueError("Jane itches")), "source drain failed: ValueError"),
        ("%(name)s failed: %(exc)s", ({"name": "sweep", "exc": "Jane"},), "sweep failed: [left out]"),
        (ValueError("Jane"), (), "ValueError"),
        ("100 %", (), "100 %"),
        ("too few %s %s", ("one",), "too few %s %s"),
    ],
)
def test_what_may_name_a_person_is_left_out_of_a_message(
    message: object, args: tuple[Any, ...], line: str
) -> None:
    assert message_of(record(message, *args)) == line


@pytest.mark.parametrize(
    "error",
    [
        ValueError("invalid literal: 'Jane itches'"),
        ValidationError({"note": ["Jane itches"]}),
        KeyError("jane@test.example"),
        smtplib.SMTPRecipientsRefused({"jane@test.example": (550, b"Jane is unknown")}),
        UnicodeDecodeError("utf-8", b"Jane \xff", 5, 6, "invalid start byte"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_of_an_exception_class_and_stack_are_kept_and_no_message(error: Exception) -> None:
    try:
        try:
            raise error
        except Exception as cause:
            raise RuntimeError("Jane itches at /accounts/link/s3cret/") from cause
    except RuntimeError:
        lines = formats(record("failed", error=True))
    for line in lines:
        assert "RuntimeError" in line
        assert type(error).__name__ in line
        assert "test_of_an_exception_class" in line
        assert not [secret for secret in SECRETS if secret in line]


@pytest.mark.django_db
def test_of_a_violated_constraint_its_name_is_kept_and_not_the_row() -> None:
    if connection.vendor != "postgresql":
        return  # the name of a constraint is PostgreSQL's to tell
    UserFactory.create(email="jane@test.example")
    with pytest.raises(IntegrityError, match=r"(?s)DETAIL.*jane@test\.example") as raised:
        User.objects.bulk_create([User(email="jane@test.example")])
    line_of_it = record("failed: %s", raised.value)
    line_of_it.exc_info = (raised.type, raised.value, raised.tb)
    for line in formats(line_of_it):
        assert "UniqueViolation 23505" in line
        assert "DETAIL" not in line
        assert "jane" not in line


def test_a_json_line_has_these_fields_alone() -> None:
    line = record("Not Found: %s", "/x/")
    line.request = "<WSGIRequest: GET '/?q=Jane'>"
    line.anything = "Jane"
    told = json.loads(JsonFormatter().format(line))
    assert set(told) == {"time", "level", "logger", "message"}
    assert told["time"].endswith("+00:00")


def test_the_lines_of_a_request_have_its_id() -> None:
    before = current_request_id.set("0f0e")
    try:
        assert json.loads(JsonFormatter().format(record("x")))["request_id"] == "0f0e"
        assert "[0f0e]" in PlainFormatter().format(record("x"))
    finally:
        current_request_id.reset(before)


def test_the_lines_of_a_task_have_its_id() -> None:
    from aftercare.celery import app

    lines: list[dict[str, str]] = []

    @app.task(name="tests.logs.task")
    def writes() -> None:
        lines.append(json.loads(JsonFormatter().format(record("x"))))

    writes.apply(task_id="1d2c")
    app.tasks.unregister("tests.logs.task")
    assert [line["task_id"] for line in lines] == ["1d2c"]
    about = record("Task %(name)s[%(id)s] raised", {"id": "1d2c", "name": "x"}, name="celery.app.trace")
    assert json.loads(JsonFormatter().format(about))["task_id"] == "1d2c"


@pytest.mark.django_db
def test_a_request_gets_an_id_of_its_own_whatever_the_client_sends(
    patient: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client()
    first = client.get("/nowhere/Jane/", headers={"X-Request-ID": "chosen by Jane"})
    second = client.get("/accounts/link/s3cret/Jane/")
    ids = [response["X-Request-ID"] for response in (first, second)]
    assert len({*ids, "chosen by Jane"}) == 3
    lines = [
        json.loads(JsonFormatter().format(line)) for line in caplog.records if line.name == "django.request"
    ]
    assert [line["request_id"] for line in lines] == ids
    assert [line["message"] for line in lines] == ["Not Found: [unknown path]"] * 2


def test_every_handler_of_the_portal_writes_such_lines(settings: Settings) -> None:
    formatters = settings.LOGGING["formatters"]
    for handler in settings.LOGGING["handlers"].values():
        assert formatters[handler["formatter"]]["()"].startswith("aftercare.logs.formatting.")
