"""The queue as a page, and as a part that the page polls; the handover."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from aftercare.people.access import memberships_of
from aftercare.people.models import Event, StaffMember
from clinic.access import shows, staff_page
from clinic.queue.filters import Filters
from clinic.queue.forms import FilterForm
from clinic.queue.handover import handover_of
from clinic.queue.live.drawn_lists import drawn_list
from clinic.queue.live.etag import known_tag, not_modified, queue_etag, valid_until, version_of, with_clock
from clinic.queue.live.notices import draw_notices, key_of, recent_notices
from clinic.queue.live.polls import learn
from clinic.queue.script_words import script_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResult:
    """The result of a button in the queue: a message, or a heading and sentence why nothing was changed."""

    said: str = ""
    heading: str = ""
    problem: str = ""


@require_safe
@staff_page
def queue(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Show the queue."""
    return queue_page(request, member, Filters.read(request.GET, memberships_of(request)))


@require_safe
@staff_page
def queue_live(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Return the part that the page polls; 304 if nothing has changed."""
    filters = Filters.read(request.GET, memberships_of(request))
    now, clinics = timezone.now(), clinics_of(request)
    version = version_of(clinics)
    learn(request, member, clinics, filters.query)
    tag, until = known_tag(request), valid_until(known_tag(request))
    if until is not None and now < until:
        above = recent_notices(key_of(member), now) or draw_notices(request, member, now)
        if tag == queue_etag(version, member, filters.query, above.digest, until):
            return not_modified(tag, now)
    return live_part(request, member, filters)


@require_safe
@staff_page
def handover(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Show the handover of a shift, to print or read out."""
    now, clinics = timezone.now(), clinics_of(request)
    drawn = handover_of(clinics, now, member.user)
    shows(request, Event.Page.HANDOVER, drawn.patients)
    context = {
        "handover": drawn,
        "names": [clinic.name for clinic in clinics],
        "several_clinics": len(clinics) > 1,
        "now": now,
    }
    return render(request, "clinic/queue/handover/handover.html", context)


def clinics_of(request: HttpRequest) -> list[Any]:
    """Return the clinics of the signed-in user."""
    return [member.clinic for member in memberships_of(request)]


def context_of(request: HttpRequest, member: StaffMember, filters: Filters) -> dict[str, Any]:
    """Return the context shared by the page and its polled part."""
    now, clinics = timezone.now(), clinics_of(request)
    version = version_of(clinics)  # before anything that the list shows
    drawn = drawn_list(request, member, clinics, filters, version, now)
    notices = draw_notices(request, member, now)
    shows(request, Event.Page.QUEUE, drawn.patients)
    return {
        "version": queue_etag(version, member, filters.query, notices.digest, drawn.until),
        "notices": notices.html,
        "queue": drawn,
        "filters": filters,
        "now": now,
    }


def queue_page(
    request: HttpRequest,
    member: StaffMember,
    filters: Filters,
    outcome: ActionResult | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """Render the whole page."""
    form = FilterForm(filters, memberships_of(request))
    context = {
        **context_of(request, member, filters),
        "form": form,
        "outcome": outcome or ActionResult(),
        "script_words": script_words(),
    }
    return render(request, "clinic/queue/queue.html", context, status=status)


def live_part(
    request: HttpRequest,
    member: StaffMember,
    filters: Filters,
    outcome: ActionResult | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """Render the polled part, with the result of a button."""
    context = {**context_of(request, member, filters), "outcome": outcome or ActionResult()}
    response = render(request, "clinic/queue/live.html", context, status=status)
    response["ETag"] = context["version"]
    return with_clock(response, context["now"])


def is_in_list(request: HttpRequest) -> bool:
    """Return whether the request comes from the script of the page."""
    return "HX-Request" in request.headers


def answer(request: HttpRequest, member: StaffMember, outcome: ActionResult) -> HttpResponse:
    """Respond to a successful button: the polled part, or without script a redirect to the page."""
    if is_in_list(request):
        return live_part(request, member, filters_posted(request), outcome)
    messages.success(request, outcome.said)
    query = filters_posted(request).query
    return redirect(f"{reverse('clinic:queue')}{'?' if query else ''}{query}")


def conflict(request: HttpRequest, member: StaffMember, outcome: ActionResult) -> HttpResponse:
    """Respond with status 409 to a button that changed nothing, with the reason."""
    draw = live_part if is_in_list(request) else queue_page
    return draw(request, member, filters_posted(request), outcome, HTTPStatus.CONFLICT)


def filters_posted(request: HttpRequest) -> Filters:
    """Return the filters of the view in which the button was pressed."""
    return Filters.read(QueryDict(request.POST.get("filters", "")), memberships_of(request))
