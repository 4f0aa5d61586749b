"""Wagtail's inline scripts run under a policy that forbids every other one."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from aftercare.guidance.editing.inline_scripts import add_nonces
from aftercare.people.models import Clinic, User
from tests.guidance.writing import published

INLINE = re.compile(r"<script(?![^>]*\b(?:src|type)=)([^>]*)>")
DATES = 'initDateChooser("id_checked_on", {"format": "Y-m-d"});'
CHOOSER = 'new ImageChooser("id_pictures-0-image", {"modalUrl": "/admin/images/chooser/"});'
PANEL = r'(function() { var panel = new InlinePanel(JSON.parse("{\u0022a\u0022: 1}")); })();'


def drawn(script: str) -> str:
    request = RequestFactory().get("/admin/")
    request.csp_nonce = "n0nce"  # type: ignore[attr-defined]
    response = HttpResponse(f"<p>é</p><script>{script}</script>")
    add_nonces(request, response)
    return response.content.decode()


@pytest.mark.parametrize("script", [DATES, CHOOSER, PANEL, f"\n  {PANEL}\n"])
def test_each_known_script_gets_the_nonce(script: str) -> None:
    assert drawn(script) == f'<p>é</p><script nonce="n0nce">{script}</script>'


@pytest.mark.parametrize(
    "script",
    [
        "alert(1)",
        f"{DATES}alert(1)",
        f"alert(1);{DATES}",
        'initDateChooser("id", {}); alert(1); f({});',
        'initDateChooser("id", {"a": alert(1)});',
        'initDateChooser("id" + alert(1), {});',
        r'initDateChooser("\", {"); alert(1); f({});',
        'new ImageChooser("id", {}, alert(1));',
        r'(function() { var panel = new InlinePanel(JSON.parse("\")); alert(1); f("")); })();',
        '(function() { var panel = new InlinePanel(JSON.parse("{}")); alert(1); })();',
    ],
)
def test_no_other_script_gets_it(script: str) -> None:
    assert "nonce" not in drawn(script)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["articles/edit/{}/", "articles/add/", "articles/history/{}/"])
def test_every_inline_script_of_a_page_has_the_nonce_of_its_policy(
    editor: User, clinic: Clinic, page: str
) -> None:
    client = Client()
    client.force_login(editor)
    response = client.get(f"/admin/guidance/{page.format(published().pk)}")
    nonces = set(INLINE.findall(response.content.decode()))
    (policy,) = re.findall(
        r"'nonce-([^']+)'", response["Content-Security-Policy"].split("script-src")[1].split(";")[0]
    )
    assert nonces == {f' nonce="{policy}"'}
