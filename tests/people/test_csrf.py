"""Whether a form came from another site: by what browsers say, and no page can change."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from aftercare.people.csrf import is_from_another_site

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
