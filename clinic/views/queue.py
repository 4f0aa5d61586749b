"""The queue: as a page, as the part of it that renews itself, and the search beside it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe

from aftercare.alerts.models import Drill
from aftercare.people.access import memberships_of
from aftercare.people.models import StaffMember
from clinic.access import staff_page
from clinic.filters import Filters
from clinic.handover import handover_of
from clinic.patient_pages import rows_of
from clinic.queue import queue_of
from clinic.queue_version import version_of
from clinic.search import SHORTEST, find_patients
from clinic.working_forms import FilterForm


@require_safe
@staff_page
def queue(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Who is next."""
    filters = Filters.read(request.GET, memberships_of(request))
    form = FilterForm(filters, memberships_of(request))
    return render(request, "clinic/queue.html", {**context_of(request, member, filters), "form": form})


@require_safe
@staff_page
def queue_live(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The part that renews itself: 304 where nothing has changed since it was drawn."""
    filters = Filters.read(request.GET, memberships_of(request))
    version = version_of(clinics_of(request), member.user, filters.query)
    unchanged = get_conditional_response(request, etag=version)
    if unchanged is not None:
        return unchanged
    return live_part(request, member, filters)


@require_safe
@staff_page
def handover(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """A page to print or to read out at the end of a shift."""
    now, clinics = timezone.now(), clinics_of(request)
    context = {
        "handover": handover_of(clinics, now, member.user),
        "names": [clinic.name for clinic in clinics],
        "several_clinics": len(clinics) > 1,
        "now": now,
    }
    return render(request, "clinic/handover.html", context)


@require_POST
@staff_page
def search(request: HttpRequest, _member: StaffMember) -> HttpResponse:
    """Patients by name, record number or telephone. Posted: what was looked for stands in no address."""
    now, words = timezone.now(), " ".join(request.POST.get("words", "").split())
    found = find_patients(clinics_of(request), words)
    context = {
        "words": words,
        "rows": rows_of(found, now),
        "too_short": len(words) < SHORTEST,
        "now": now,
    }
    return render(request, "clinic/search.html", context)


def clinics_of(request: HttpRequest) -> list[Any]:
    """The clinics of who is signed in."""
    return [member.clinic for member in memberships_of(request)]


def context_of(request: HttpRequest, member: StaffMember, filters: Filters) -> dict[str, Any]:
    """What page and part show alike."""
    now, clinics = timezone.now(), clinics_of(request)
    return {
        "version": version_of(clinics, member.user, filters.query),
        "queue": queue_of(clinics, now, member.user, filters),
        "filters": filters,
        "drill": Drill.objects.running().filter(clinic__in=clinics).first(),
        "several_clinics": len(clinics) > 1,
        "now": now,
    }


def live_part(
    request: HttpRequest,
    member: StaffMember,
    filters: Filters,
    *,
    said: str = "",
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """The part of the page that is drawn anew, with what has just been done or could not be done."""
    context = {**context_of(request, member, filters), "said": said, "problem": problem}
    response = render(request, "clinic/queue_live.html", context, status=status)
    response["ETag"] = context["version"]
    return response


def filters_posted(request: HttpRequest) -> Filters:
    """The view of the queue in which a button was pressed."""
    return Filters.read(QueryDict(request.POST.get("filters", "")), memberships_of(request))
