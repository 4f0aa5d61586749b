"""The id of the request that a thread answers: in each of its log lines, and in the response."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
META_KEY = "HTTP_X_REQUEST_ID"
current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")


class RequestIds:
    """Give every request an id of its own, in place of what the client sends in the header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = uuid4().hex
        request.META[META_KEY] = given  # for lines that Django writes when all middleware is done
        before = current_request_id.set(given)
        try:
            response = self.get_response(request)
        finally:
            current_request_id.reset(before)
        response[HEADER] = given
        return response
