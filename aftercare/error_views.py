"""Error pages: for a host that is not ours, and while the database is away or too slow, with what was posted."""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string
from django.views import defaults

from aftercare.database.statement_timeout import is_timeout
from aftercare.people.csrf import is_from_another_site

RETRY_AFTER = "20"  # seconds


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read (Django's handler400); whoever came by a wrong host is told the right one."""
    if isinstance(exception, DisallowedHost):
        return HttpResponseBadRequest(render_to_string("400.html", {"right_address": settings.SITE_URL}))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Handle an exception of a view (Django's handler500); database outages have a page of their own."""
    error = sys.exc_info()[1]
    if not isinstance(error, (OperationalError, InterfaceError)):
        return defaults.server_error(request)
    # Without the request: context processors need the database.
    page = render_to_string("503.html", {**typed_in(request), "is_timeout": is_timeout(error)})
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return HttpResponse(page, status=status, headers={"Retry-After": RETRY_AFTER})


def typed_in(request: HttpRequest) -> dict[str, object]:
    """Return the posted fields, to be sent again with their own CSRF token.

    Sign-in forms are not kept, and neither is what another site has posted.
    """
    if request.method != "POST" or request.path.startswith("/accounts/") or is_from_another_site(request):
        return {"fields": [], "has_emergency": False, "is_check_in": False}
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    ticked = set(request.POST.getlist("emergency")) - {"", "none"}
    return {
        "action": request.get_full_path(),
        "fields": fields,
        "has_emergency": bool(ticked),
        "is_check_in": request.path == "/check-in/",
    }
