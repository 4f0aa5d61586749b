"""Signing in by a link: the links of a sign-in, of an invitation, of an invitation of staff."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from aftercare.people.models import User


def sign_in_as(request: HttpRequest, user: User, path: str) -> HttpResponse:
    """Sign in by a link, and go on to `path`; who has a second factor is asked for it."""
    record_authentication(request, user, method="link")
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=path))
    return response


def safe_path(request: HttpRequest, path: str) -> str:
    """`path` where it stays on this site, else the front page."""
    if path and url_has_allowed_host_and_scheme(path, allowed_hosts={request.get_host()}):
        return path
    return "/"
