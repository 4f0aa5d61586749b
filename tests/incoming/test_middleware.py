"""Probes by address, and requests that no view can store: a clear 400, never an error of the portal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from aftercare.people.models import Clinic, Patient, Procedure, StaffMember
from tests.clinic.staff_client import staff_client

pytestmark = pytest.mark.django_db

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
SAYS = "We could not read that"


def browser(person: Patient | StaffMember | None = None) -> Client:
    """A browser that shows error pages, as in production."""
    client = Client() if person is None else staff_client(person)
    client.raise_request_exception = False
    return client


class TestProbes:
    @pytest.mark.parametrize("host", ["10.0.0.7:8000", "[fd00::7]:8000", "aftercare-web-5d9f", ""])
    def test_a_load_balancer_may_ask_by_any_name(self, host: str) -> None:
        response = browser().get("/healthz", headers={"host": host})

        assert (response.status_code, response.content) == (200, b"ok")

    def test_the_state_of_the_parts_may_be_asked_for_by_address_too(self) -> None:
        response = browser().get("/readyz", headers={"host": "10.0.0.7:8000"})

        assert response.status_code == 200
        assert response.json()["database"] == "ok"
        assert "no-store" in response.headers["Cache-Control"]

    def test_nothing_can_be_posted_to_a_probe(self) -> None:
        assert browser().post("/healthz").status_code == 405


class TestTooLarge:
    """Of a body that was thrown away before, the portal's own page says what to do."""

    def test_a_picture(self, patient: Patient) -> None:
        response = browser(patient).post("/pictures/", headers={"x-body-too-large": "yes"})

        assert response.status_code == 413
        page = response.content.decode()
        assert "This picture is too large" in page
        assert "at most 20 MB" in page
        assert 'href="tel:999"' in page
        assert "Content-Security-Policy" in response.headers

    def test_anything_else(self) -> None:
        response = browser().get("/check-in/", headers={"x-body-too-large": "yes"})

        assert response.status_code == 413
        assert "Nothing was saved. Go back, and send less at once." in response.content.decode()

    def test_a_script_gets_an_answer_that_it_can_read(self) -> None:
        response = browser().post("/pictures/", headers={"x-body-too-large": "yes", "accept": JSON})

        assert (response.status_code, response.json()["again"]) == (413, False)
        assert "20 MB" in response.json()["error"]


@pytest.mark.parametrize("path", ["/", "/check-in/", "/accounts/login/code/", "/no-such-page", "/healthz/"])
@pytest.mark.parametrize("host", ["evil.example", "10.0.0.7:8000", "a b", "x" * 300])
def test_another_host_is_refused(clinic: Clinic, path: str, host: str) -> None:
    response = browser().get(path, headers={"host": host})

    assert response.status_code == 400
    assert "This is not our address" in response.content.decode()


def test_a_form_for_another_host_is_refused(patient: Patient) -> None:
    response = browser(patient).post("/check-in/", {"redness": "1"}, headers={"host": "evil.example"})

    assert response.status_code == 400


UNREADABLE: dict[str, dict[str, Any]] = {
    "NUL in the query": {"path": "/guidance/?q=%00"},
    "NUL in a name of the query": {"path": "/guidance/?%00=a"},
    "NUL in a filter": {"path": "/clinic/?owner=%00"},
    "NUL in a search": {"path": "/clinic/patients/?q=a%00b"},
    "NUL in the path": {"path": "/guidance/a%00b/"},
    "NUL in the path of a picture": {"path": "/media/images/%00.png"},
    "NUL in the path of a link": {"path": "/accounts/link/%00/"},
    "NUL in the page that comes next": {"path": "/accounts/login/code/?next=/%00"},
    "NUL in a header": {"path": "/", "headers": {"User-Agent": "a\x00b"}},
    "NUL in the language": {"path": "/", "headers": {"Accept-Language": "en\x00"}},
    "not UTF-8 in the query": {"path": "/guidance/?q=%ff"},
    "half a character in the query": {"path": "/clinic/patients/?q=%c3"},
    "a surrogate in the query": {"path": "/clinic/patients/?q=%ed%a0%80"},
    "not UTF-8 in the path": {"path": "/guidance/%ff/"},
    "NUL in a cookie": {"path": "/", "cookie": "sessionid=a\x00b"},
    "NUL in a cookie in quotes": {"path": "/", "cookie": 'sessionid="a\\000b"'},
}

UNREADABLE_FORMS: dict[str, dict[str, Any]] = {
    "NUL in a field": {"data": "note=a%00b&redness=1", "content_type": FORM},
    "NUL in the name of a field": {"data": "a%00b=1", "content_type": FORM},
    "not UTF-8 in a field": {"data": "note=%ff", "content_type": FORM},
    "raw bytes in a field": {"data": b"note=\xff\xfe", "content_type": FORM},
    "NUL in a field in parts": {"data": {"note": "a\x00b"}},
    "NUL in a text that is JSON": {"data": {"contentstate": '{"text": "\\u0000"}'}},
    "NUL in JSON": {"data": b'{"a": "\x00"}', "content_type": JSON},
    "an escaped NUL in JSON": {"data": '{"a": "\\u0000"}', "content_type": JSON},
    "JSON that is not UTF-8": {"data": b'{"a": "\xff"}', "content_type": JSON},
}
PART = b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n\xff\xfe\r\n--x--\r\n'


def as_staff_and_patient(nurse: StaffMember, patient: Patient) -> list[Client]:
    return [browser(nurse), browser(patient), browser()]


@pytest.mark.parametrize("asked", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_request_is_answered_with_a_clear_400(
    nurse: StaffMember, patient: Patient, procedure: Procedure, asked: dict[str, Any]
) -> None:
    for client in as_staff_and_patient(nurse, patient):
        more: dict[str, Any] = {"HTTP_COOKIE": asked["cookie"]} if "cookie" in asked else {}
        response = client.get(asked["path"], headers=asked.get("headers", {}), **more)

        assert response.status_code == 400
        assert SAYS in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/check-in/", "/accounts/login/code/", "/accounts/", "/clinic/patients/enrol/"]
)
@pytest.mark.parametrize("sent", UNREADABLE_FORMS.values(), ids=UNREADABLE_FORMS.keys())
def test_an_unreadable_form_is_answered_with_a_clear_400(
    nurse: StaffMember, patient: Patient, procedure: Procedure, path: str, sent: dict[str, Any]
) -> None:
    for client in as_staff_and_patient(nurse, patient):
        response = client.post(path, **sent)

        assert response.status_code == 400
        assert SAYS in response.content.decode()


def test_a_part_that_is_not_utf_8_is_answered_with_a_clear_400(patient: Patient) -> None:
    response = browser(patient).post("/check-in/", PART, content_type="multipart/form-data; boundary=x")

    assert response.status_code == 400


@pytest.mark.parametrize("text", ["a\ud800b", "a\x00b"], ids=["half a character", "NUL"])
def test_what_is_found_only_when_it_is_stored_is_a_400_too(
    patient: Patient, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a view that reads a JSON text within a field would find it."""

    def reads_json(**_given: Any) -> Any:
        return list(Patient.objects.filter(search_text=json.loads(json.dumps(text))))

    monkeypatch.setattr("aftercare.checkins.form.posting.submit_check_in", reads_json)
    response = browser(patient).post(
        "/check-in/", {"token": "0f0e1c84-94a6-4a6e-8f0b-8a0d7c2f7f10", "emergency": ["eye"]}
    )

    assert response.status_code == 400


@pytest.mark.parametrize(
    "note", ["Zoë, “it” – 😀", "a % and a + and a \\", "\\u0000 typed as six letters", "line\r\nbreak\ttab"]
)
def test_whatever_a_person_types_is_read(patient: Patient, procedure: Procedure, note: str) -> None:
    answers = {
        "token": "0f0e1c84-94a6-4a6e-8f0b-8a0d7c2f7f10",
        "redness": "1",
        "emergency": "none",
        "note": note,
    }

    assert browser(patient).post("/check-in/", answers).status_code == 302


def test_a_letter_that_stands_for_an_unknown_one_can_be_typed(patient: Patient, procedure: Procedure) -> None:
    answers = "token=0f0e1c84-94a6-4a6e-8f0b-8a0d7c2f7f10&redness=1&emergency=none&note=%ef%bf%bd"

    assert browser(patient).post("/check-in/", answers, content_type=FORM).status_code == 302


@pytest.mark.parametrize(
    "path", ["/guidance/wash-✓-日本/", "/guidance/?q=日本", "/guidance/Zoë/", "/guidance/100%25/"]
)
def test_letters_of_every_language_may_stand_in_an_address(clinic: Clinic, path: str) -> None:
    assert browser().get(path).status_code in (200, 404)
