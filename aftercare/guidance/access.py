"""Access of editors to the pages of Wagtail."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from aftercare.people.models import User

AnyView = Callable[..., HttpResponseBase]
EDITORS = "Guidance editors"
MAY_EDIT = "wagtailadmin.access_admin"


def is_editor(user: User | AnonymousUser) -> bool:
    """Return True if the user may open the pages of Wagtail."""
    return user.is_active and user.has_perm(MAY_EDIT)


def editor_required(view: AnyView) -> AnyView:
    """Require an editor: redirect to sign-in or to a required second factor, Http404 for others."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_editor(request.user):
            raise Http404("not an editor")
        if settings.STAFF_MFA == "required" and not is_mfa_enabled(request.user):
            return redirect("mfa_activate_totp")
        return view(request, *args, **kwargs)

    return guarded
