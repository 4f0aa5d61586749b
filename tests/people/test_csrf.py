"""Whether a form came from another site: by what browsers say, and no page can change."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.csrf import CsrfMiddleware, is_from_another_site
from aftercare.people.models import Patient

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
