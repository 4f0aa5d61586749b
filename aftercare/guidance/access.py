"""Access of editors to the pages of Wagtail."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from aftercare.people.models import User
from aftercare.people.second_step.session import has_second_step, way_to_second_step
from aftercare.people.sessions.locking import count_as_staff

AnyView = Callable[..., HttpResponseBase]
EDITORS = "Guidance editors"
MAY_EDIT = "wagtailadmin.access_admin"


def is_editor(user: User | AnonymousUser) -> bool:
    """Return True if the user may open the pages of Wagtail."""
    return user.is_active and user.has_perm(MAY_EDIT)


def editor_required(view: AnyView) -> AnyView:
    """Require an editor: redirect to sign-in or to the second step, Http404 for others."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_editor(request.user):
            raise Http404("not an editor")
        count_as_staff(request)
        back = request.get_full_path()
        if way := way_to_second_step(request, back, has_one=has_second_step(request.user)):
            return redirect(way)
        return view(request, *args, **kwargs)

    return guarded
