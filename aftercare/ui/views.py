"""Page with every component in every state, part of no clinic's portal, and the manifest."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aftercare.ui.samples import samples

# Pictures of the portal on a telephone's home screen: file, pixels a side, and what the telephone may do with it.
HOME_SCREEN_ICONS = (
    ("ui/app/icon-192.png", 192, "any"),
    ("ui/app/icon-512.png", 512, "any"),
    ("ui/app/icon-maskable-512.png", 512, "maskable"),
)
GROUND, ACCENT = "#f5f3f0", "#1b5a5c"  # as in static/ui/tokens.css, light


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show the components; only in a demonstration, to everybody, since it holds no personal data."""
    if not settings.DEMO:
        raise Http404("only in a demonstration")
    return render(request, "ui/components.html", samples())


@require_safe
def manifest(_request: HttpRequest) -> JsonResponse:
    """Describe the portal to a telephone that puts it on its home screen; the same for every clinic and person."""
    return JsonResponse(
        {
            "id": "/",
            "start_url": "/",
            "scope": "/",
            "name": "Aftercare",
            "short_name": "Aftercare",
            "description": _("Check in after your treatment, and reach the clinic."),
            "display": "standalone",
            "background_color": GROUND,
            "theme_color": ACCENT,
            "icons": [
                {"src": static(file), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
                for file, side, purpose in HOME_SCREEN_ICONS
            ],
        },
        content_type="application/manifest+json",
    )
