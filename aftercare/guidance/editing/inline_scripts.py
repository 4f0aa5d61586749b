"""The nonce of the Content-Security-Policy for the three kinds of inline script that Wagtail's pages hold.

Wagtail writes them without a nonce. Each is recognised as a whole: a call with an id and JSON, and nothing else, so
that a script which somebody got into a page gets no nonce.
"""

from __future__ import annotations

import json
import re
from functools import partial, wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse

from aftercare.guidance.access import AnyView

_ID = r'"(?:\w|-|\\u[0-9A-F]{4})*"'
_JSON = r"(?P<{}>\{{[^<]*\}})"
KNOWN = re.compile(
    r"<script>(?P<script>\s*(?:"
    rf"init(?:Date|Time|DateTime)Chooser\({_ID}, {_JSON.format('dates')}\);"
    rf"|new ImageChooser\({_ID}, {_JSON.format('chooser')}\);"
    r'|\(function\(\) \{\s*var panel = new InlinePanel\(JSON\.parse\("(?P<panel>(?:[^"\\<]|\\u[0-9A-F]{4})*)"\)\);'
    r"\s*\}\)\(\);"
    r")\s*)</script>"
)
HTML = "text/html"


def with_nonces(view: AnyView) -> AnyView:
    """Give the known inline scripts of a view's pages the nonce of their policy."""

    @wraps(view)
    def nonced(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse):
            response.add_post_render_callback(partial(add_nonces, request))
        else:
            add_nonces(request, response)
        return response

    return nonced


def add_nonces(request: HttpRequest, response: HttpResponseBase) -> None:
    """Add the nonce to the known inline scripts of a page."""
    if response.streaming or not response.get("Content-Type", "").startswith(HTML):
        return
    page = response.content.decode(response.charset)  # type: ignore[attr-defined]
    nonced = KNOWN.sub(partial(with_nonce, request), page)
    if nonced != page:
        response.content = nonced  # type: ignore[attr-defined]


def with_nonce(request: HttpRequest, found: re.Match[str]) -> str:
    """Return a script with the nonce; as it is if its argument is not JSON and nothing more."""
    argument = found["dates"] or found["chooser"]
    try:
        if argument:
            json.loads(argument)
    except ValueError:
        return found[0]
    nonce = str(request.csp_nonce)  # type: ignore[attr-defined]
    return f'<script nonce="{nonce}">{found["script"]}</script>'
