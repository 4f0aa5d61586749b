"""Reports of browsers about what the Content-Security-Policy has blocked: one line in the log each, within bounds.

Nothing of a person is kept: no network address, no browser, no sample, and of the page only the name of its URL
pattern.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from http import HTTPStatus
from urllib.parse import urlsplit

from csp.utils import DEFAULT_DIRECTIVES
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

logger = logging.getLogger(__name__)
LARGEST = 8_192  # bytes of a report
PER_MINUTE = 20  # lines in the log of each process
MINUTE = 60.0  # seconds
KEYWORDS = frozenset({"inline", "eval", "self", "data", "blob", "wasm-eval", "trusted-types-policy"})
SCHEMES = frozenset({"http", "https", "data", "blob"})
FIELDS = ("effective-directive", "blocked-uri", "document-uri")


class Budget:
    """A number of lines per minute, shared by the threads of a process."""

    def __init__(self, lines: int) -> None:
        self.lines, self.left, self.until = lines, lines, 0.0
        self.lock = threading.Lock()

    def spend(self, now: float) -> bool:
        """Count a line, and return whether the current minute had one left."""
        with self.lock:
            if now >= self.until:
                self.left, self.until = self.lines, now + MINUTE
            self.left -= 1
            return self.left >= 0


budget = Budget(PER_MINUTE)


@csrf_exempt
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Take a report. It comes without a session, from anybody, and says whatever its sender likes."""
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if budget.spend(time.monotonic()):
        logger.warning("blocked by the Content-Security-Policy: %s", summary(body))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def summary(body: bytes) -> str:
    """Return directive, source and page of a report in words of the portal, whatever the report says."""
    try:
        told = json.loads(body)["csp-report"]
        directive, source, page = (str(told.get(name, "")) for name in FIELDS)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "an unreadable report"
    return f"{known_directive(directive)}, {known_source(source)}, {page_name(page)}"


def known_directive(told: str) -> str:
    name = told.split(" ", maxsplit=1)[0]
    return name if name in DEFAULT_DIRECTIVES else "an unknown directive"


def known_source(told: str) -> str:
    """Return a keyword, or the scheme of an address, whose other parts may hold anything."""
    if told in KEYWORDS:
        return told
    scheme = told.partition(":")[0]
    return f"a source at {scheme}:" if scheme in SCHEMES else "an unknown source"


def page_name(told: str) -> str:
    """Return the name of the page's URL pattern, which holds no id and no token."""
    try:
        match = resolve(urlsplit(told).path)
    except (Resolver404, ValueError):
        return "an unknown page"
    return match.view_name or match.route
