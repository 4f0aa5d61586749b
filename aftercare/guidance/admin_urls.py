"""URLs of Wagtail, behind the portal's sign-in and with a Content-Security-Policy of their own."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.urls import path
from wagtail.admin import urls as wagtail_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from aftercare.guidance.access import editor_required
from aftercare.guidance.editing.admin_home import Home, not_available, to_articles
from aftercare.guidance.editing.search_limits import limited_search
from aftercare.people.accounts.link_views import sign_in

# Wagtail's forms need inline script, which the policy of the other pages forbids. Still nothing is loaded from
# other sites, and only previews are framed.
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
    # A single way to sign in: no password page and no password reset.
    path("login/", sign_in),
    path("password_reset/", sign_in),
    path("", editor_required(policy(Home.as_view()))),
    path("pages/", editor_required(to_articles)),
    path("pages/<path:rest>", editor_required(to_articles)),
    path("bulk/people/<path:rest>", editor_required(not_available)),
    *decorate_urlpatterns(
        wagtail_urls.urlpatterns, lambda view: editor_required(policy(limited_search(view)))
    ),
]
