"""Page with every component in every state; part of no clinic's portal."""

from django.conf import settings
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
