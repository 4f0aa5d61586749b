"""A page with every component in every state, to look at and to test. It is part of no clinic's portal."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aftercare.ui.samples import samples


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Only in a demonstration; for everybody, since it shows nobody's data."""
    if not settings.DEMO:
        raise Http404("only in a demonstration")
    return render(request, "ui/components.html", samples())
