"""Wagtail's pages, behind the portal's own sign-in and with a Content-Security-Policy of their own."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.urls import path
from wagtail.admin import urls as wagtail_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from aftercare.guidance.access import editor_required
from aftercare.guidance.editing.admin_home import Home, not_here, to_articles
from aftercare.people.accounts.link_views import sign_in

# Wagtail's forms hold inline script, so the patient side's policy would break them; the patient side's stays.
# It still loads nothing from elsewhere, and only its own previews are framed.
policy = csp_replace(
    {
        "default-src": [NONE],
        "script-src": [SELF, UNSAFE_INLINE],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
    }
)

urlpatterns = [
    # One way to sign in for everybody: no password page, and none to reset one.
    path("login/", sign_in),
    path("password_reset/", sign_in),
    path("", editor_required(policy(Home.as_view()))),
    path("pages/", editor_required(to_articles)),
    path("pages/<path:rest>", editor_required(to_articles)),
    path("bulk/people/<path:rest>", editor_required(not_here)),
    *decorate_urlpatterns(wagtail_urls.urlpatterns, lambda view: editor_required(policy(view))),
]
