"""Middleware: whom to believe about the client, and for whom a page was drawn."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from aftercare.people.client_address import apply_trust
from aftercare.people.sessions.person_keys import HEADER, NOBODY, person_keys


class TrustedProxies:
    """Give every request its client's address and scheme, believing the proxies of TRUSTED_PROXIES alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        apply_trust(request.META, settings.TRUSTED_PROXIES)
        return self.get_response(request)


class PersonHeader:
    """Say on each page for whom it was drawn, so that a phone keeps it for this person alone.

    Costs no query: it says nothing of a page whose view did not ask who sent the request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        sender = vars(request).get("sender")
        if sender is not None:
            response[HEADER] = person_keys(sender.user.pk)[0] if sender.user else NOBODY
        return response
