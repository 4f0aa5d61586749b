"""Middleware: health probes by address, requests that are too large, and text that no database stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from aftercare import health
from aftercare.incoming.slow_clients import TOO_LARGE

GetResponse = Callable[[HttpRequest], HttpResponse]

PROBES: dict[str, GetResponse] = {"/healthz": health.healthz, "/readyz": health.readyz}
NUL, REPLACEMENT = "\x00", "\ufffd"
ESCAPED_NUL = "\\u0000"  # as JSON writes it
# PostgreSQL's codes for text that it cannot hold, as itself and in JSON.
UNSTORABLE = frozenset({"22021", "22P05"})


class HealthProbes:
    """Answer /healthz and /readyz whatever Host is asked for: load balancers ask by address."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        return probe(request) if probe else self.get_response(request)


class LargeRequests:
    """Answer 413 to a request whose body was too large, with a page that says what to do.

    A proxy in front of the portal that takes no such body asks for the page by the same header (docs/nginx.conf).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if TOO_LARGE not in request.META:
            return self.get_response(request)
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if "application/json" in request.headers.get("Accept", ""):
            said = _("The picture is larger than 20 MB. Please send a smaller one.")
            return JsonResponse({"error": said, "again": False}, status=status)
        page = render_to_string("413.html", {"is_picture": request.path == "/pictures/"})
        return HttpResponse(page, status=status)


class ReadableRequests:
    """Answer 400 where a request holds a NUL character or text that is not UTF-8.

    PostgreSQL stores neither, so that each view would fail in a way of its own.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_readable(request):
            raise BadRequest("The request holds a NUL character, or text that is not UTF-8.")
        return self.get_response(request)

    def process_exception(self, _request: HttpRequest, error: Exception) -> None:
        """Answer 400 for what was found only when it was stored, such as an escape within a JSON text."""
        if is_unstorable_text(error):
            raise BadRequest("The request holds text that cannot be stored.") from error


def is_readable(request: HttpRequest) -> bool:
    """Return False if any part of the request holds a NUL character or invalid UTF-8."""
    try:
        return not any(has_nul(text) for text in texts(request))
    except UnicodeDecodeError:
        return False


def has_nul(text: str) -> bool:
    """Return whether the text, or the JSON that it seems to be, holds a NUL character."""
    return NUL in text or (ESCAPED_NUL in text and text.lstrip()[:1] in ("{", "[", '"'))


def texts(request: HttpRequest) -> Iterator[str]:
    """Yield all text of the request; raise UnicodeDecodeError if a part is not UTF-8."""
    # Django decodes the path, and leaves an escape where bytes were not UTF-8.
    yield unquote_to_bytes(request.path_info).decode()
    # The text of this variable stands for bytes (PEP 3333).
    yield unquote_to_bytes(request.META.get("QUERY_STRING", "").encode("latin-1")).decode()
    for name, value in request.META.items():
        if name.startswith(("HTTP_", "CONTENT_")):
            yield str(value)
    for name, value in request.COOKIES.items():
        yield name
        yield value
    if request.method not in ("GET", "HEAD"):
        yield from body_texts(request)


def body_texts(request: HttpRequest) -> Iterator[str]:
    """Yield the text of the body: fields, or a whole JSON document."""
    try:
        if request.content_type == "application/x-www-form-urlencoded":
            unquote_to_bytes(request.body).decode()
            for name, values in request.POST.lists():
                yield from (name, *map(str, values))
        elif request.content_type == "multipart/form-data":
            yield from multipart_texts(request)
        elif (request.content_type or "").endswith("json"):
            yield request.body.decode()
    except UnreadablePostError as error:
        raise BadRequest("The request ended early.") from error


def multipart_texts(request: HttpRequest) -> Iterator[str]:
    """Yield names and values. Django has put a replacement character where the bytes were not UTF-8."""
    for name, values in request.POST.lists():
        yield from (unreplaced(name), *(unreplaced(str(value)) for value in values))
    for name, files in request.FILES.lists():
        yield from (name, *(file.name or "" for file in files))


def unreplaced(text: str) -> str:
    """Return the text; raise UnicodeDecodeError if it holds a replacement character."""
    return text.replace(REPLACEMENT, "\udcff").encode("utf-8", "surrogateescape").decode()


def is_unstorable_text(error: Exception) -> bool:
    """Return whether the database, or its driver, refused to store a text as it is."""
    if isinstance(error, DataError):
        return getattr(error.__cause__, "pgcode", None) in UNSTORABLE
    if isinstance(error, UnicodeEncodeError):
        return error.reason == "surrogates not allowed"
    return isinstance(error, ValueError) and "NUL (0x00)" in str(error)
