"""Forms of staff that could not be taken: shown again after signing in, and with a new security token."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aftercare.checkins.views import csrf_failure as csrf_failure_of_patients
from aftercare.people.access import memberships_of, staff_required
from aftercare.people.models import StaffMember
from clinic import held_forms


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def typed(request: HttpRequest, _member: StaffMember) -> HttpResponse:
    """The form that was sent signed out, as it was typed; posted here where it names no address of its own."""
    found = held_forms.kept(request.session, timezone.now())
    mine = {str(own.clinic_id) for own in memberships_of(request)}
    if found is None or (found.drawn_for and found.drawn_for not in mine):
        held_forms.forget(request.session)
        messages.warning(request, "Nothing of what was typed here is kept any more.")
        return redirect("clinic:queue")
    try:
        match = resolve(found.path)
    except Resolver404:
        return redirect("clinic:queue")
    if request.method == "POST":
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        if response.status_code == HTTPStatus.FOUND:
            held_forms.drop(request.session, found.path)
        return response
    held_forms.post_again(request, found.fields, held_forms.SIGNED_OUT)
    shown: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return shown


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of staff that came without its security token: kept in a page with a new one, to be shown again."""
    if not request.path.startswith(reverse("clinic:queue")):
        return csrf_failure_of_patients(request, reason)
    fields = held_forms.fields_of(request.POST)
    context = {
        "fields": [(name, value) for name, values in fields.items() for value in values],
        "has_emergency": held_forms.has_emergency(request.POST),
        "hold": held_forms.NO_TOKEN,
    }
    return render(request, "clinic/send_again.html", context, status=HTTPStatus.FORBIDDEN)
