"""Signing in by a link in a real browser, whose page sends neither referrer nor origin."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from aftercare.people.actions.sign_in_links import make_sign_in_link
from aftercare.people.models import Patient

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_form_of_a_page_without_referrer_is_taken(
    page: Page, live_server: LiveServer, patient: Patient
) -> None:
    sent: list[Request] = []

    def keep(request: Request) -> None:
        sent.append(request)

    page.on("request", keep)
    path = make_sign_in_link(user=patient.user, now=timezone.now())
    page.goto(live_server.url + path)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{live_server.url}/")
    (posted,) = [request for request in sent if request.method == "POST"]
    assert posted.header_value("origin") == "null"
    assert not any("/accounts/link/" in (request.header_value("referer") or "") for request in sent)
