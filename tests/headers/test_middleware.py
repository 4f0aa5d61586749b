"""The headers of every response: each URL of the resolver, as each kind of person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
from pytest_django import Settings

from aftercare.guidance.actions.editors import add_editor
from aftercare.headers.middleware import SWITCHED_OFF
from aftercare.people.models import Patient, StaffMember, User
from aftercare.people.token_paths import TOKEN_PATHS, holds_token, without_tokens
from tests.headers.routes import arguments_of, example_of, routes

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db
# Arguments that are text, and no token.
NO_TOKENS = {"day", "content_type_app_name", "content_type_model_name"}
# The sound of the queue, the button that copies a link, passkeys.
USED = {"autoplay", "clipboard-write", "publickey-credentials-create", "publickey-credentials-get"}
STRICT = ("default-src 'none'", "base-uri 'none'", "form-action 'self'", "report-uri /csp-reports/")


def faults(path: str, response: Any) -> list[str]:
    """What the headers of a response lack."""
    headers = response.headers
    policy, cache = headers.get("Content-Security-Policy", ""), headers.get("Cache-Control", "")
    wanted = {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer" if holds_token(path) else "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    found = [name for name, value in wanted.items() if headers.get(name) != value]
    found += [name for name in ("Permissions-Policy", "X-Request-ID") if not headers.get(name)]
    found += [part for part in STRICT if part not in policy]
    found += [] if headers.get("X-Frame-Options") in {"DENY", "SAMEORIGIN"} else ["X-Frame-Options"]
    found += [] if "no-store" in cache and "private" in cache else ["Cache-Control"]
    return found


def browser_of(user: User | None) -> Client:
    """A browser that shows error pages, as in production."""
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def lacking(user: User | None, paths: list[str]) -> dict[str, list[str]]:
    client = browser_of(user)
    found = {path: faults(path, client.get(path)) for path in paths}
    return {path: missing for path, missing in found.items() if missing}


def test_every_url_has_them_for_who_is_not_signed_in() -> None:
    paths = [example_of(route) for route in routes()]
    assert len(paths) > 200
    assert lacking(None, paths) == {}


def test_every_page_of_patients_and_staff_has_them(
    patient: Patient, nurse: StaffMember, manager: StaffMember
) -> None:
    paths = [example_of(route) for route in routes() if not route.startswith("/admin/")]
    for person in (patient, nurse, manager):
        assert lacking(person.user, paths) == {}


def test_every_page_of_editors_has_them(clinic: object) -> None:
    paths = [example_of(route) for route in routes() if route.startswith("/admin/")]
    assert len(paths) > 100
    assert lacking(add_editor(email="nina@test.example"), paths) == {}


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere/",
        "/accounts/link/s3cret",
        "/accounts/invitation/s3cret/more/",
        "/guidance/%00/",
        "/check-in",
    ],
)
def test_a_page_that_is_not_found_or_leads_on_has_them_too(path: str) -> None:
    for method in ("get", "post"):
        response = getattr(browser_of(None), method)(path)
        assert response.status_code >= 300
        assert faults(path, response) == []


def test_a_form_that_is_refused_has_them_too(patient: Patient) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(patient.user)
    assert faults("/check-in/", client.post("/check-in/")) == []


def test_files_are_kept_for_good_and_by_this_site_alone() -> None:
    response = Client().get(staticfiles_storage.url("ui/tokens.css"))
    assert response.status_code == 200
    response.close()
    assert response["Cache-Control"] == "max-age=315360000, public, immutable"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Permissions-Policy" not in response  # 400 bytes, which are for pages


def test_every_path_with_a_token_is_known() -> None:
    with_text = {
        route
        for route in routes()
        if any(kind == "str" and name not in NO_TOKENS for kind, name in arguments_of(route))
        and not route.startswith("/admin/")
    }
    assert {route.split("<")[0] for route in with_text} == set(TOKEN_PATHS)
    for route in with_text:
        assert holds_token(example_of(route))
        assert "s3cret" not in without_tokens(f"GET {example_of(route)}?a=1")


def test_what_no_page_uses_is_switched_off(settings: Settings) -> None:
    policy = Client().get("/healthz")["Permissions-Policy"]
    for feature in ("camera", "geolocation", "microphone", "payment", "usb"):
        assert f"{feature}=()" in policy


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_what_pages_use_is_allowed_to_them_without_being_named(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/guidance/")
    allowed = set(page.evaluate("document.featurePolicy.allowedFeatures()"))
    assert allowed >= USED
    assert not allowed & {*SWITCHED_OFF}
