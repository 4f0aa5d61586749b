"""Limits of Wagtail's searches, which build a condition for each word."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _

from aftercare.ui.search_limits import LONGEST_QUERY, MOST_WORDS, is_too_long

AnyView = Callable[..., HttpResponseBase]
FIELDS = ("q", "term")  # names of the fields that Wagtail searches by


def limited_search(view: AnyView) -> AnyView:
    """Answer a search that is too long with a message, and without the search."""

    @wraps(view)
    def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if any(is_too_long(value) for name in FIELDS for value in request.GET.getlist(name)):
            return refuse(request)
        return view(request, *args, **kwargs)

    return limited


def refuse(request: HttpRequest) -> HttpResponseBase:
    """Redirect to the page without the search; a script that asked for results gets the message in their place."""
    said = _("Search for at most %(words)d words and %(characters)d characters.") % {
        "words": MOST_WORDS,
        "characters": LONGEST_QUERY,
    }
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        return HttpResponse(format_html('<p class="help-block" role="status">{}</p>', said))
    messages.error(request, said)
    others = request.GET.copy()
    for name in FIELDS:
        others.pop(name, None)
    return redirect(f"{request.path}?{others.urlencode()}" if others else request.path)
