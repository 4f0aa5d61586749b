"""Views of the phone without a network: its worker, the page that it keeps, and what its script asks."""

from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from aftercare.checkins.models import MOST_PHOTOS
from aftercare.checkins.offline.known import known_of
from aftercare.checkins.offline.reasons import reasons
from aftercare.checkins.offline.worker import worker_script
from aftercare.checkins.pages.lead import lead_of
from aftercare.checkins.pages.lead_box import box_of
from aftercare.checkins.photos.areas import areas_without_network
from aftercare.checkins.photos.consent import has_agreed
from aftercare.checkins.photos.decoding import MOST_BYTES
from aftercare.checkins.photos.forms import PhotoForm
from aftercare.checkins.views import patient_page
from aftercare.people.access import patient_of
from aftercare.people.models import Patient
from aftercare.people.sessions.person_keys import person_keys


@require_safe
@patient_page
def offline(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Show what waits on this phone. The phone keeps the page, and its script fills it in."""
    now = timezone.now()
    lead = lead_of(patient, now)
    context = {
        "now": now,
        "lead": lead,
        "box": box_of(patient, lead) if lead.is_action else None,
        "reasons": reasons(),
        "known": known_of(patient, now),
        "photo_form": PhotoForm(
            areas=areas_without_network(patient), has_agreed=has_agreed(patient), has_camera=True
        ),
        "most": MOST_PHOTOS,
        "most_bytes": MOST_BYTES,
    }
    return render(request, "checkins/offline/offline.html", context)


@require_safe
def offline_state(request: HttpRequest) -> JsonResponse:
    """Say who is signed in, by key, and give a CSRF token for what is sent next."""
    if not request.user.is_authenticated:
        return JsonResponse({"keys": []}, status=HTTPStatus.UNAUTHORIZED)
    if patient_of(request) is None:
        raise Http404("no patient record")
    return JsonResponse({"keys": person_keys(request.user.pk), "csrf": get_token(request)})


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """Serve the worker from the root: a browser lets it answer only for pages below its own address."""
    return HttpResponse(
        worker_script(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )
