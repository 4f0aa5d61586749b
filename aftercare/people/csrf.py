"""CSRF protection, and which site a form was posted from, as the browser says."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_vary_headers

from aftercare.people.token_paths import holds_token

OWN_SITE = "same-origin"
OTHER_SITES = frozenset({"cross-site", "same-site"})
OPAQUE = "null"  # the origin of a sandboxed frame, and of a page that sends no referrer


def is_from_another_site(request: HttpRequest) -> bool:
    """Return whether the browser says that another site sent the request; False where it says nothing.

    Browsers send `Origin` with every form that is posted from another site, and no page can change it.
    """
    site, origin = request.headers.get("Sec-Fetch-Site", ""), request.headers.get("Origin", "")
    if site in OTHER_SITES:
        return True
    if origin == OPAQUE:
        return site != OWN_SITE and not (holds_token(request.path) and not site)
    if origin:
        return origin not in own_origins(request)
    referrer = urlsplit(request.headers.get("Referer", ""))
    return bool(referrer.netloc) and f"{referrer.scheme}://{referrer.netloc}" not in own_origins(request)


def own_origins(request: HttpRequest) -> set[str]:
    """Return the origins under which the portal is reached."""
    return {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}


def has_own_cookie(request: HttpRequest) -> bool:
    """Return True if the browser sent the secret that the next forms need, as it is after a sign-in too."""
    return bool(request.COOKIES.get(settings.CSRF_COOKIE_NAME) == request.META.get("CSRF_COOKIE", ""))


def is_in_session(request: HttpRequest) -> bool:
    """Return True if the request came with a session that was found, or if the answer begins or ends one."""
    session = request.session
    return bool(session.modified or (session.accessed and session.session_key))


class CsrfMiddleware(CsrfViewMiddleware):
    """Django's, which also takes the forms of pages that send no referrer, and renews its cookie with the session's.

    Browsers give such a page no origin either. Its form needs the token of the page, as every form.

    Django renews the cookie with each page that has a form. In a session it is enough to do so with each answer that
    renews the cookie of the session, which lives for weeks where this one lives for a year: whoever has the one has the
    other for months more.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if has_own_cookie(request) and is_in_session(request):
            request.META["CSRF_COOKIE_NEEDS_UPDATE"] = request.session.modified
            patch_vary_headers(response, ("Cookie",))
        return super().process_response(request, response)

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.headers["Origin"] == OPAQUE and holds_token(request.path):
            return not is_from_another_site(request)
        return bool(super()._origin_verified(request))  # type: ignore[misc]
