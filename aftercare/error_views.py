"""The page for when the database is away, such as while it is restarted. Nothing that was typed is lost."""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

RETRY_AFTER = "20"  # seconds


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler for what a view raised: a page of its own where that is the database's absence."""
    error = sys.exc_info()[1]
    if not isinstance(error, (OperationalError, InterfaceError)):
        return defaults.server_error(request)
    # Without the request: what every page shows besides comes from the database.
    page = render_to_string("503.html", typed_in(request))
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return HttpResponse(page, status=status, headers={"Retry-After": RETRY_AFTER})


def typed_in(request: HttpRequest) -> dict[str, object]:
    """What was sent, for the page to send once more. Its security token is the one it came with, never a new one:
    else somebody else's form would be taken for ours. Forms for signing in are not kept.
    """
    if request.method != "POST" or request.path.startswith("/accounts/"):
        return {"fields": [], "has_emergency": False, "is_check_in": False}
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    ticked = set(request.POST.getlist("emergency")) - {"", "none"}
    return {
        "action": request.get_full_path(),
        "fields": fields,
        "has_emergency": bool(ticked),
        "is_check_in": request.path == "/check-in/",
    }
