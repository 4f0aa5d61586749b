"""Check-ins that were kept on the phone without a network, and are sent by its script later."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.text import capfirst

from aftercare.checkins.form.form import CheckInForm
from aftercare.checkins.models import CheckIn
from aftercare.people.sessions.activity import KEPT

TOKEN_HEADER = "X-Aftercare-Token"  # noqa: S105 (the form's token, which is no secret)
LONGEST = timedelta(days=366)


def is_kept(request: HttpRequest) -> bool:
    """Return True if a script sends what the phone has kept."""
    return KEPT in request.POST


def filled_in_at(posted: QueryDict, now: datetime) -> datetime | None:
    """Return when a kept form was filled in, by the portal's clock; None for one that is sent at once.

    The phone says by its own clock when it was filled in and when it is sent. Only the time between the two
    counts, so that a clock that is wrong by a day changes nothing.
    """
    if KEPT not in posted:
        return None
    try:
        filled, sent = (datetime.fromisoformat(posted.get(name, "")) for name in ("filled_at", "sent_at"))
        waited = sent - filled
    except (ValueError, TypeError):
        return now
    return now - min(max(waited, timedelta(0)), LONGEST)


def confirmed(check_in: CheckIn) -> HttpResponse:
    """Confirm by its token that a check-in is stored; only then the phone lets go of it."""
    return JsonResponse({"token": str(check_in.token), "result": reverse("result", args=[check_in.pk])})


def refused(request: HttpRequest, form: CheckInForm) -> HttpResponse:
    """Return the errors of a form, which stays on the phone for its patient to mend."""
    errors = [
        {"label": str(capfirst(form[name].label)) if name in form.fields else "", "text": text}
        for name, texts in form.errors.items()
        for text in texts
    ]
    said = {"token": request.POST.get("token", ""), "errors": errors}
    return JsonResponse(said, status=HTTPStatus.UNPROCESSABLE_ENTITY)
