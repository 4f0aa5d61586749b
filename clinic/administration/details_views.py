"""The page of a clinic's details, for managers."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from aftercare.people.models import StaffMember
from clinic.access import only, staff_page
from clinic.administration.actions import change_details
from clinic.administration.details_form import DetailsForm, unreadable_telephones
from clinic.permissions import may_edit_clinic


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
@only(may_edit_clinic)
def details(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Change the clinic's name, telephones, hours and colour, which patients read on every page."""
    # A copy, so that invalid input does not show in the page header.
    form = DetailsForm(request.POST or None, instance=type(member.clinic).objects.get(pk=member.clinic_id))
    unread = unreadable_telephones(member.clinic)
    if request.method != "POST":
        return render(request, "clinic/administration/details.html", {"form": form, "unread": unread})
    if form.is_valid():
        change_details(clinic=member.clinic, by=member.user, now=timezone.now(), details=form.details)
        messages.success(request, _("The details are saved. Patients see them from now on."))
        return redirect("clinic:staff")
    context = {"form": form, "unread": unread}
    return render(
        request, "clinic/administration/details.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY
    )
