"""Sign-in by links; and whose a form is that was posted before the sign-in."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from aftercare.people.models import User

# Session key: addresses of accounts to which this browser asked for a code while signed out, oldest first.
ADDRESSES = "addresses_typed"
MOST_ADDRESSES = 20
LARGEST_FORM = 16 * 1024  # bytes that a stranger's form may take in the table of sessions


def sign_in_as(request: HttpRequest, user: User, path: str, *, is_proof: bool) -> HttpResponse:
    """Sign the user in and redirect to `path`, by way of the second factor if there is one.

    `is_proof`: the link reached the user alone, so that nothing more is asked for a while.
    """
    record_authentication(request, user, method="link", is_proof=is_proof)
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=path))
    return response


def safe_path(request: HttpRequest, path: str) -> str:
    """Return `path` if it is on this site, else "/"; also for a bare word, which `redirect` would take for a view."""
    if path.startswith(("/", "http://", "https://")) and url_has_allowed_host_and_scheme(
        path, allowed_hosts={request.get_host()}
    ):
        return path
    return "/"


def addresses_typed(session: SessionBase) -> list[str]:
    """Return the addresses of accounts that were typed to sign in, oldest first."""
    typed: list[str] = session.get(ADDRESSES, [])
    return typed


def note_address(session: SessionBase, address: str) -> None:
    """Note that somebody signed out typed the address of an account. An unknown address signs nobody in."""
    typed = addresses_typed(session)
    if len(typed) < MOST_ADDRESSES:
        session[ADDRESSES] = [*typed, address.lower()]


def is_first_typed(session: SessionBase, address: str, *, after: int) -> bool:
    """Return True unless another account's address was the first to be typed after the first `after` of them.

    A form that was posted signed out belongs to whoever typed an address first. With a link nobody types one.
    """
    typed = addresses_typed(session)
    return len(typed) < MOST_ADDRESSES and typed[after : after + 1] in ([], [address.lower()])


def fits_in_a_session(fields: Any) -> bool:
    """Return True if a form of somebody signed out is small enough to be kept."""
    return len(json.dumps(fields).encode()) <= LARGEST_FORM
