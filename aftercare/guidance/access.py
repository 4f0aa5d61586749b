"""Who may edit guidance, and how they get in."""

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
    """Whether the pages of Wagtail are open to this user."""
    return user.is_active and user.has_perm(MAY_EDIT)


def editor_required(view: AnyView) -> AnyView:
    """Sign in as everywhere else, with a second factor where staff need one; 404 for who is no editor."""

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
