"""Access of companions: the patient of the address, as long as the patient takes part and wants them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from aftercare.checkins.form.form import CheckInForm
from aftercare.checkins.wording import told
from aftercare.people.access import bind_companion, companionships_of
from aftercare.people.clinics.clinic_phones import contact_at
from aftercare.people.companions.looks import record_look
from aftercare.people.models import Companion, Event
from aftercare.people.sessions.activity import AUTOSAVE
from aftercare.triage import Answers
from aftercare.triage.answers import KEYS

P = ParamSpec("P")
CompanionView = Callable[Concatenate[HttpRequest, Companion, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, UUID, P], HttpResponse]


def companion_page(page: Event.Page | None = None) -> Callable[[CompanionView[P]], View[P]]:
    """Require the companion of the address, and record the look at `page`, in the clinic's time zone.

    Whoever was removed reads that, with what was typed; for everybody else the address does not exist.
    """

    def guard(view: CompanionView[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: HttpRequest, companion_id: UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            own = (one for one in companionships_of(request) if one.pk == companion_id)
            companion = next(own, None)
            if companion is None:
                return ended_or_404(request, companion_id)
            bind_companion(request, companion)
            with timezone.override(companion.patient.clinic.zone):
                response = view(request, companion, *args, **kwargs)
            if page and response.status_code == HTTPStatus.OK:
                record_look(request, companion, page, timezone.now())
            return response

        return cast("View[P]", guarded)

    return guard


def ended_or_404(request: HttpRequest, companion_id: UUID) -> HttpResponse:
    """Return the page for a companion who was removed; raise Http404 for everybody else."""
    rows = Companion.objects.filter(pk=companion_id, user=request.user.pk)
    ended = rows.select_related("patient__clinic").first()
    if ended is None:
        raise Http404("no companion")
    return ended_page(request, ended)


def ended_page(request: HttpRequest, companion: Companion) -> HttpResponse:
    """Say that the access has ended, with whom to call and all that was typed; nothing of it is stored."""
    if AUTOSAVE in request.POST:
        return HttpResponse(status=HTTPStatus.GONE)
    clinic, now = companion.patient.clinic, timezone.now()
    context: dict[str, Any] = {"clinic": clinic, "contact": contact_at(clinic, now)}
    if request.method == "POST":
        form = CheckInForm(request.POST, zone=clinic.zone, now=now)
        context |= {
            "is_form": True,
            "has_emergency": form.has_emergency,
            "typed": typed_words(form),
            "note": form.posted.get("note", "").strip(),
        }
    return render(request, "checkins/companions/ended.html", context, status=HTTPStatus.GONE)


def typed_words(form: CheckInForm) -> list[tuple[str, str]]:
    """Return what was answered in words, as far as it can be read."""
    form.is_valid()
    return told(Answers(**{key: form.cleaned_data.get(key) for key in KEYS}))
