"""Views of a locked session: locking it with what was typed, the locked page, and its counts."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from aftercare.people.accounts.lock_views import UnlockForm, may_use_passkey
from aftercare.people.accounts.views import ACCOUNT_PATH, keep_account_form
from aftercare.people.login import safe_path
from aftercare.people.models import StaffMember, User
from aftercare.people.requests import CHOSEN_CLINIC
from aftercare.people.sessions import locking
from aftercare.people.sessions.locking import Lock, locked_user
from clinic import held_forms
from clinic.locked.page import locked_queue
from clinic.queue.script_words import script_words


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Lock the session of staff if its time is over, or if `asked`; first hold the forms of the open page.

    `forms`: JSON, a list of pairs of a path and the fields typed for it, as they would be posted. With it the answer
    is JSON: whether the session is locked, and where the page is to be found then.
    """
    is_signed_in = request.user.is_authenticated
    is_to_lock = is_signed_in and "asked" in request.POST
    path = safe_path(request, request.POST.get("path", ""))
    if is_to_lock or not is_signed_in:
        path = hold_all(request, posted_forms(request)) or path
    if is_to_lock:
        locking.lock(request.session, timezone.now(), locking.ASKED)
    url = f"{reverse(settings.LOCKED_URL)}?{urlencode({REDIRECT_FIELD_NAME: path})}"
    if "forms" not in request.POST:
        return redirect(url)
    return JsonResponse({"is_locked": is_to_lock or not is_signed_in, "url": url})


def posted_forms(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the pairs of a path and a query string that a page sends; none if they cannot be read."""
    try:
        found = json.loads(request.POST.get("forms", "[]"))
        return [(str(path), str(fields)) for path, fields in found][: held_forms.MOST_FORMS]
    except (TypeError, ValueError):
        return []


def hold_all(request: HttpRequest, forms: list[tuple[str, str]]) -> str:
    """Hold the forms; return where the newest is shown again, or an empty string."""
    shown_at = ""
    for path, fields in forms:
        typed = QueryDict(fields)
        if path == ACCOUNT_PATH:
            keep_account_form(request.session, typed)
            shown_at = ACCOUNT_PATH
        elif held_forms.DRAWN_FOR in typed and held_forms.keep(
            request.session, path, typed, timezone.now(), why=held_forms.LOCKED
        ):
            shown_at = f"{reverse('clinic:typed')}?{urlencode({'form': path})}"
    return shown_at


@require_safe
def locked(request: HttpRequest) -> HttpResponse:
    """Show that the session is locked, how many patients wait, and the ways to unlock it."""
    path = safe_path(request, request.GET.get(REDIRECT_FIELD_NAME, ""))
    found = None if request.user.is_authenticated else Lock.of(request.session)
    user = locked_user(request) if found else None
    if found is None or user is None:
        return redirect(path) if request.user.is_authenticated else redirect_to_login(path)
    members = memberships(request, user)
    context = counted(members) | {
        "lock": found,
        "owner": user,
        "path": path,
        "form": UnlockForm(user=user),
        "may_use_passkey": may_use_passkey(request, user, found),
        "has_passkey": Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists(),
        "is_own_device": locking.is_own_device(request.session),
        "is_too_old": found.is_too_old(timezone.now()),
        "held": len(held_forms.held_in(request.session)),
        "script_words": script_words(),
    }
    return drawn(request, "clinic/locked/locked.html", members, context)


@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """Return the part of the locked page that it asks for every few seconds; 204 once it is not locked any more."""
    user = None if request.user.is_authenticated else locked_user(request)
    if user is None:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    members = memberships(request, user)
    return drawn(request, "clinic/locked/live.html", members, counted(members))


def memberships(request: HttpRequest, user: User) -> list[StaffMember]:
    """Return the user's memberships, that of the clinic chosen in the session first."""
    chosen = request.session.get(CHOSEN_CLINIC)
    own = StaffMember.objects.active().filter(user=user).select_related("clinic").order_by("pk")
    return sorted(own, key=lambda member: member.clinic_id != chosen)


def counted(members: list[StaffMember]) -> dict[str, Any]:
    """Return the context of the counts; without a queue for somebody who works for no clinic."""
    now = timezone.now()
    clinics = [member.clinic for member in members]
    return {
        "now": now,
        "queue": locked_queue(clinics, now) if clinics else None,
        "clinics": clinics,
    }


def drawn(
    request: HttpRequest, template: str, members: list[StaffMember], context: dict[str, Any]
) -> HttpResponse:
    """Render with the name and the clock of the clinic."""
    if not members:
        return render(request, template, context)
    clinic = members[0].clinic
    with timezone.override(clinic.zone):
        return render(request, template, context | {"clinic": clinic})
