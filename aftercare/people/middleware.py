"""Middleware that believes what trusted proxies say of the client, and nobody else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from aftercare.people.client_address import apply_trust


class TrustedProxies:
    """Give every request its client's address and scheme, believing the proxies of TRUSTED_PROXIES alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        apply_trust(request.META, settings.TRUSTED_PROXIES)
        return self.get_response(request)
