"""Whether a form came from another site: by what browsers say, and no page can change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.csrf import CsrfMiddleware, is_from_another_site
from aftercare.people.models import Companion, Patient
from aftercare.people.sessions.limits import NOTED_EVERY_OF_PATIENTS
from tests.clock import frozen_at
from tests.people.companions.making import companion_of

OWN, OTHER = "http://testserver", "https://attacker.example"


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ({}, False),  # an old browser, or none
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),  # loaded again
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),  # another host of the same domain
        ({"Origin": OWN}, False),
        ({"Origin": OTHER}, True),
        ({"Origin": f"{OWN}.attacker.example"}, True),
        ({"Origin": "https://testserver"}, True),  # another scheme is another site
        ({"Origin": OTHER, "Sec-Fetch-Site": "none"}, True),  # another site's form, loaded again
        ({"Origin": OWN, "Sec-Fetch-Site": "cross-site"}, True),
        ({"Origin": "null"}, True),  # a sandboxed frame
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, True),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, False),  # our page that sends no referrer
        ({"Referer": f"{OWN}/check-in/"}, False),
        ({"Referer": f"{OTHER}/testserver"}, True),
        ({"Referer": OTHER, "Origin": OWN}, False),
    ],
)
def test_the_browsers_headers_tell(headers: dict[str, str], elsewhere: bool) -> None:
    request = RequestFactory().post("/check-in/", headers=headers)
    assert is_from_another_site(request) is elsewhere


def test_the_public_address_counts_behind_a_proxy_that_does_not_tell_it(settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://aftercare.test.example"]
    own = RequestFactory().post("/", headers={"Origin": "https://aftercare.test.example"})
    assert not is_from_another_site(own)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "null"}, 302),  # an old browser
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 302),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": OTHER}, 403),
    ],
)
def test_the_form_of_a_page_without_referrer_is_taken_from_the_page_alone(
    patient: Patient, headers: dict[str, str], status: int
) -> None:
    client = Client(enforce_csrf_checks=True)
    path = make_sign_in_link(user=patient.user, now=timezone.now())
    page = client.get(path).content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert client.post(path, headers=headers).status_code == 403
    assert client.post(path, {"csrfmiddlewaretoken": token}, headers=headers).status_code == status


@pytest.mark.django_db
def test_elsewhere_a_form_without_origin_is_not_taken(patient: Patient) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(patient.user)
    page = client.get("/check-in/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    for site in ("same-origin", "cross-site"):
        headers = {"Origin": "null", "Sec-Fetch-Site": site}
        posted = client.post("/check-in/", {"csrfmiddlewaretoken": token}, headers=headers)
        assert posted.status_code == 403


def test_the_middleware_is_djangos_own_with_an_addition() -> None:
    assert "aftercare.people.csrf.CsrfMiddleware" in settings.MIDDLEWARE
    assert issubclass(CsrfMiddleware, CsrfViewMiddleware)


COOKIE, SESSION = settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_NAME


@pytest.fixture
def visitor(patient: Patient) -> Client:
    """A patient who has opened a page with a form."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(patient.user)
    client.get("/check-in/")
    return client


@pytest.fixture
def companion(patient: Patient) -> Companion:
    return companion_of(patient, timezone.now())


@pytest.mark.django_db
class TestTheCookie:
    """Django renews it with each form; in a session it is renewed with the session, which ends long before it."""

    def test_comes_with_the_first_form_and_not_again(self, visitor: Client) -> None:
        assert COOKIE in visitor.cookies
        page = visitor.get("/check-in/")
        assert COOKIE not in page.cookies
        assert "Cookie" in page.headers["Vary"]

    def test_is_enough_for_the_forms_of_later_pages(self, visitor: Client) -> None:
        page = visitor.get("/check-in/").content.decode()
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        assert visitor.post("/check-in/", {"csrfmiddlewaretoken": token}).status_code == 422

    def test_is_renewed_with_the_session_also_by_a_page_without_a_form(self, visitor: Client) -> None:
        with frozen_at(timezone.now() + NOTED_EVERY_OF_PATIENTS):
            page = visitor.get("/")
        assert b"csrfmiddlewaretoken" not in page.content
        assert {SESSION, COOKIE} <= set(page.cookies)

    def test_is_made_anew_where_the_browser_has_lost_it(self, visitor: Client) -> None:
        del visitor.cookies[COOKIE]
        assert COOKIE in visitor.get("/check-in/").cookies

    def test_is_another_after_a_sign_in(self, patient: Patient) -> None:
        client = Client(enforce_csrf_checks=True)
        path = make_sign_in_link(user=patient.user, now=timezone.now())
        token = client.get(path).content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        before = client.cookies[COOKIE].value
        assert client.post(path, {"csrfmiddlewaretoken": token}).cookies[COOKIE].value != before

    def test_is_renewed_with_each_form_where_there_is_no_session(self) -> None:
        client = Client()
        for _ in range(2):
            assert COOKIE in client.get("/accounts/login/code/").cookies

    @pytest.mark.parametrize("person", ["patient", "companion", "nurse", "manager"])
    def test_outlives_every_session_by_months(self, request: pytest.FixtureRequest, person: str) -> None:
        """A year and more of visits, some of which renew the session: whoever has it has the cookie for long."""
        client, own = Client(), request.getfixturevalue(person)
        client.force_login(own.user)
        form = f"/companion/{own.pk}/check-in/" if person == "companion" else "/check-in/"
        began = timezone.now()
        ends = {SESSION: began + timedelta(seconds=settings.SESSION_COOKIE_AGE)}
        for hours in range(0, 24 * 430, 24 * 9):
            now = began + timedelta(hours=hours)
            with frozen_at(now):
                for path in ("/", form, "/accounts/"):
                    for name, cookie in client.get(path, follow=False).cookies.items():
                        if cookie.value:
                            ends[name] = now + timedelta(seconds=int(cookie["max-age"]))
            if ends[SESSION] <= now:
                break
            assert ends[COOKIE] > ends[SESSION] + timedelta(days=300)
