"""Sign-in by links: sign-in links and invitations."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from aftercare.people.models import User


def sign_in_as(request: HttpRequest, user: User, path: str, *, is_proof: bool) -> HttpResponse:
    """Sign the user in and redirect to `path`, by way of the second factor if there is one.

    `is_proof`: the link reached the user alone, so that nothing more is asked for a while.
    """
    record_authentication(request, user, method="link", is_proof=is_proof)
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=path))
    return response


def safe_path(request: HttpRequest, path: str) -> str:
    """Return `path` if it is on this site, else "/"."""
    if path and url_has_allowed_host_and_scheme(path, allowed_hosts={request.get_host()}):
        return path
    return "/"
