"""Which of allauth's views are open: those listed here. A new version brings new ones, and they stay closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import get_resolver

from aftercare.people.models import Patient, StaffMember
from tests.clinic.staff_client import proved_client

OPEN = {
    "account_inactive",
    "account_logout",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_view_recovery_codes",
}
CLOSED = (
    "email/",
    "confirm-email/",
    "confirm-email/abc/",
    "password/change/",
    "password/set/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-abc/",
    "password/reset/key/done/",
    "phone/change/",
    "signup/passkey/",
    "2fa/trust/",
    "2fa/webauthn/login/",
    "2fa/webauthn/signup/",
    "3rdparty/",
)


def views(patterns: list[Any]) -> Iterator[tuple[str, Any]]:
    """Every view of the portal by the name of its URL."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from views(pattern.url_patterns)
        else:
            yield pattern.name or str(pattern.pattern), pattern.callback


def module(view: Any) -> str:
    """Where a view is written, whatever it is wrapped in."""
    inner = view
    while hasattr(inner, "__wrapped__") and not hasattr(inner, "view_class"):
        inner = inner.__wrapped__
    return str(getattr(inner, "view_class", inner).__module__)


def test_of_allauth_only_the_listed_views_are_routed() -> None:
    routed = {name for name, view in views(get_resolver().url_patterns) if module(view).startswith("allauth")}
    assert routed == OPEN


@pytest.mark.django_db
@pytest.mark.parametrize("path", CLOSED)
def test_pages_of_allauth_that_nobody_uses_do_not_exist(
    nurse: StaffMember, patient: Patient, path: str
) -> None:
    for client in (Client(), proved_client(nurse), proved_client(patient)):
        for send in (client.get, client.post):
            assert send(f"/accounts/{path}").status_code == 404


@pytest.mark.django_db
def test_a_patient_cannot_take_the_address_of_a_nurse(nurse: StaffMember, patient: Patient) -> None:
    client = proved_client(patient)
    client.post("/accounts/email/", {"email": nurse.user.email, "action_add": ""})
    Client().post("/accounts/login/code/", {"email": nurse.user.email})
    assert not EmailAddress.objects.exists()
