"""Page with every component in every state, part of no clinic's portal; and the worker of push messages."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aftercare.ui.samples import samples


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show the components; only in a demonstration, to everybody, since it holds no personal data."""
    if not settings.DEMO:
        raise Http404("only in a demonstration")
    return render(request, "ui/components.html", samples())


@require_safe
def push_worker(_request: HttpRequest) -> HttpResponse:
    """Serve the worker from the root: a browser lets it open only pages below its own address."""
    found = finders.find("ui/push_worker.js")
    assert isinstance(found, str)
    return HttpResponse(
        Path(found).read_bytes(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )
