"""Who looked at which patient's data, for managers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from aftercare.people.models import Event, StaffMember
from clinic.access import only, shows, staff_page
from clinic.administration.looks_page import LookFilterForm, LookFilters, days_of, looks_page
from clinic.permissions import may_see_looks


@require_safe
@staff_page
@only(may_see_looks)
def looks(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """List who looked at which patient's data, when, and from where."""
    filters = LookFilters.read(request.GET, member.clinic)
    page = looks_page(member.clinic, filters, request.GET.get("before", ""))
    shows(request, Event.Page.LOOKS, [*page.patients, *filter(None, [filters.patient])])
    context = {
        "page": page,
        "days": days_of(page, timezone.localdate()),
        "filters": filters,
        "form": LookFilterForm(filters, member.clinic),
    }
    return render(request, "clinic/administration/looks.html", context)
