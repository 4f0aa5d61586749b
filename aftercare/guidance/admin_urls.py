"""URLs of Wagtail, behind the portal's sign-in and with a Content-Security-Policy of their own."""

from __future__ import annotations

from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.urls import path
from wagtail.admin import urls as wagtail_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from aftercare.guidance.access import AnyView, editor_required
from aftercare.guidance.editing.admin_home import Home, not_available, to_articles
from aftercare.guidance.editing.inline_scripts import with_nonces
from aftercare.guidance.editing.search_limits import limited_search
from aftercare.people.accounts.link_views import sign_in

# As strict as that of other pages, but for what Wagtail needs: styles that its editor of rich text writes into the
# page, frames for previews, and pictures shown before they are uploaded. No script runs without a nonce.
policy = csp_replace(
    {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
    }
)


def guarded(view: AnyView) -> AnyView:
    """Open a view of Wagtail to editors, under the policy above."""
    return editor_required(policy(with_nonces(view)))


urlpatterns = [
    # A single way to sign in: no password page and no password reset.
    path("login/", sign_in),
    path("password_reset/", sign_in),
    path("", guarded(Home.as_view())),
    path("pages/", editor_required(to_articles)),
    path("pages/<path:rest>", editor_required(to_articles)),
    path("bulk/people/<path:rest>", editor_required(not_available)),
    *decorate_urlpatterns(wagtail_urls.urlpatterns, lambda view: guarded(limited_search(view))),
]
