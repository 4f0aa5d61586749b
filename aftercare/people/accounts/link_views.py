"""The sign-in page, and sign-in by a mailed link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from aftercare.people.actions.sign_in_links import use_sign_in_link
from aftercare.people.actions.withdrawal import has_left
from aftercare.people.login import safe_path, sign_in_as
from aftercare.people.models import SignInLink

GONE = 410


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
    now = timezone.now()
    if request.method == "POST":
        link = use_sign_in_link(token=token, now=now)
        if link and link.user.is_active and not has_left(link.user):
            return sign_in_as(request, link.user, safe_path(request, link.next_path), is_proof=True)
        usable = False
    else:
        found = SignInLink.objects.filter(token_hash=SignInLink.hash_of(token)).first()
        usable = found is not None and found.is_usable(now)
    status = 200 if usable else GONE
    return render(request, "people/accounts/sign_in_link.html", {"usable": usable}, status=status)
