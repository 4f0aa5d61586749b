"""Reports of blocked content: taken from anybody, in bounds, and nothing of a person is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from aftercare.headers import csp_reports
from aftercare.people.models import Patient, StaffMember

pytestmark = pytest.mark.django_db
PATH = "/csp-reports/"


@pytest.fixture(autouse=True)
def full_budget() -> Iterator[None]:
    csp_reports.budget.until = 0.0
    yield
    csp_reports.budget.until = 0.0


def post(body: bytes | dict[str, Any], client: Client | None = None) -> int:
    data = body if isinstance(body, bytes) else json.dumps({"csp-report": body}).encode()
    client = client or Client(enforce_csrf_checks=True)
    return client.post(PATH, data, content_type="application/csp-report").status_code


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line.getMessage() for line in caplog.records if line.name == "aftercare.headers.csp_reports"]


def test_every_page_names_the_address(settings: Settings) -> None:
    assert f"report-uri {PATH}" in Client().get("/guidance/")["Content-Security-Policy"]


def test_a_report_is_a_line_without_path_token_or_sample(caplog: pytest.LogCaptureFixture) -> None:
    told = {
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://jane.example/?q=Jane",
        "document-uri": "http://testserver/accounts/link/s3cret/?q=Jane",
        "referrer": "http://testserver/clinic/patients/search/?q=Jane",
        "script-sample": "Jane itches",
    }
    assert post(told) == 204
    assert lines(caplog) == [
        "blocked by the Content-Security-Policy: script-src-elem, a source at https:, sign_in_link"
    ]


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (
            {"effective-directive": "Jane", "blocked-uri": "Jane"},
            "an unknown directive, an unknown source, home",
        ),
        ({"effective-directive": "img-src x", "blocked-uri": "inline"}, "img-src, inline, home"),
        ({"document-uri": "http://[Jane/"}, "an unknown directive, an unknown source, an unknown page"),
        ({"document-uri": "/nowhere/Jane/"}, "an unknown directive, an unknown source, an unknown page"),
    ],
)
def test_what_a_report_says_is_not_repeated(
    caplog: pytest.LogCaptureFixture, told: dict[str, str], line: str
) -> None:
    assert post({"document-uri": "/", **told}) == 204
    assert lines(caplog) == [f"blocked by the Content-Security-Policy: {line}"]


@pytest.mark.parametrize(
    "body", [b"", b"Jane", b"[]", b'{"csp-report": []}', b'{"csp-report": 1}', b"\xff", b"[" * 8000]
)
def test_what_is_no_report_is_a_line_too(caplog: pytest.LogCaptureFixture, body: bytes) -> None:
    assert post(body) == 204
    assert lines(caplog) == ["blocked by the Content-Security-Policy: an unreadable report"]


def test_a_large_report_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    assert post(b"x" * (csp_reports.LARGEST + 1)) == 413
    assert lines(caplog) == []


def test_many_reports_are_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    assert {post({}) for _ in range(csp_reports.PER_MINUTE + 30)} == {204}
    assert len(lines(caplog)) == csp_reports.PER_MINUTE
    csp_reports.budget.until = 0.0  # a minute later
    post({})
    assert len(lines(caplog)) == csp_reports.PER_MINUTE + 1


def test_a_report_asks_nothing_of_the_database(
    django_assert_num_queries: DjangoAssertNumQueries,
    patient: Patient,
    nurse: StaffMember,
    outsider: StaffMember,
) -> None:
    for person in (patient, nurse, outsider):
        client = Client()
        client.force_login(person.user)
        with django_assert_num_queries(0):
            assert post({}, client) == 204
    assert Client().get(PATH).status_code == 405
