"""Middleware that sets the headers of every response, error pages and files included."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from aftercare.people.token_paths import holds_token

# What no page uses is switched off, also for whatever a page might be made to load. What pages do use is not named,
# since browsers allow it to a site's own pages alone as long as nothing is said: autoplay (the sound of the queue),
# clipboard-write (the button that copies an invitation's link), publickey-credentials-create and -get (passkeys).
SWITCHED_OFF = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in SWITCHED_OFF)
# What is not stored has no age and is never asked about again: the other directives would add nothing. A proxy that
# knows no-store but is told to overrule it still finds the page private.
NOT_CACHED = "no-store, private"


class ResponseHeaders:
    """Set the headers that do not depend on the view; before other middleware, so that no response is without them.

    Only what says that it is public is cached: static files, and pictures of articles. These are no pages, and do
    without the policy of pages, which is longer than some of them. A page whose path holds a token tells no other
    page its address, and is in no search engine.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        if "public" not in response.get("Cache-Control", ""):
            response["Permissions-Policy"] = PERMISSIONS_POLICY
            response["Cache-Control"] = NOT_CACHED
        if holds_token(request.path):
            response["Referrer-Policy"] = "no-referrer"
            response["X-Robots-Tag"] = "noindex, nofollow"
        return response
