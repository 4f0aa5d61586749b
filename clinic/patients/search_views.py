"""The search for patients. Search words are kept in the session, never in a URL."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aftercare.people.access import memberships_of
from aftercare.people.models import Event, StaffMember
from aftercare.ui.search_limits import LONGEST_QUERY, is_too_long
from clinic.access import shows, staff_page
from clinic.patient_search import MOST, SHORTEST, find_patients, remember, remembered, too_long_words
from clinic.patients.page import patient_rows


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def search(request: HttpRequest, _member: StaffMember) -> HttpResponse:
    """Show matching patients. A POST stores the words and redirects to a URL with their key."""
    if request.method == "POST":
        typed = " ".join(request.POST.get("words", "").split())
        if is_too_long(typed):
            return refuse(request, typed)
        return redirect(f"{reverse('clinic:search')}?found={remember(request, typed)}")
    now, words = timezone.now(), remembered(request, request.GET.get("found"))
    found = list(find_patients([member.clinic for member in memberships_of(request)], words or ""))
    shows(request, Event.Page.SEARCH, found)
    context = {
        "words": words or "",
        "rows": patient_rows(found, now),
        "is_over": words is None and "found" in request.GET,
        "is_asked": words is not None,
        "too_short": words is not None and len(words) < SHORTEST,
        "is_cut": len(found) == MOST,
        "now": now,
    }
    return render(request, "clinic/patients/search.html", context)


def refuse(request: HttpRequest, typed: str) -> HttpResponse:
    """Show the search with its beginning, and why nothing was searched for."""
    context = {"words": typed[:LONGEST_QUERY], "problem": too_long_words()}
    return render(request, "clinic/patients/search.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
