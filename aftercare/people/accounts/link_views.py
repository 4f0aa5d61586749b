"""The sign-in page, and sign-in by a mailed link."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from aftercare.people.access import signed_in_user
from aftercare.people.actions.sign_in_links import refusal_of_link, sign_in_link_of, use_sign_in_link
from aftercare.people.actions.withdrawal import has_left
from aftercare.people.login import safe_path, sign_in_as


@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Redirect to the sign-in by code, keeping the requested page."""
    query = urlencode({"next": request.GET["next"]}) if "next" in request.GET else ""
    response = redirect("account_request_login_code")
    response["Location"] += f"?{query}" if query else ""
    return response


@require_http_methods(["GET", "POST"])
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by link, after a button is pressed: mail scanners open links but press nothing."""
    now, found = timezone.now(), sign_in_link_of(token)
    if found is None or not found.is_usable(now) or not found.user.is_active or has_left(found.user):
        return link_page(request, "gone", HTTPStatus.GONE)
    why = refusal_of_link(owner=found.user, by=signed_in_user(request), now=now)
    if why:
        return link_page(request, why, HTTPStatus.FORBIDDEN)
    if request.method != "POST":
        return link_page(request, "ready")
    if not use_sign_in_link(token=token, now=now):
        return link_page(request, "gone", HTTPStatus.GONE)
    return sign_in_as(request, found.user, safe_path(request, found.next_path), is_proof=True)


def link_page(request: HttpRequest, state: str, status: int = HTTPStatus.OK) -> HttpResponse:
    """Render a sign-in link: "ready", "gone", or "staff" and "other", who are signed in as somebody else."""
    return render(request, "people/accounts/sign_in_link.html", {"state": state}, status=status)
