"""Views for forms of staff that could not be saved: shown again after signing in, or with a new CSRF token."""

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
from aftercare.people.csrf import is_from_another_site
from aftercare.people.models import StaffMember
from clinic import held_forms


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def typed(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Show a held form as typed: that of the path `form`, else the newest.

    A POST without an action of its own is passed to the form's view.
    """
    found = held_forms.kept(request.session, timezone.now(), member.user, request.GET.get("form", ""))
    mine = {str(own.clinic_id) for own in memberships_of(request)}
    if found is None or (found.drawn_for and found.drawn_for not in mine):
        held_forms.forget(request.session)
        messages.warning(request, "Nothing of what was typed here is kept any more.")
        return redirect("clinic:queue")
    try:
        match = resolve(found.path)
    except Resolver404:
        return redirect("clinic:queue")
    # The page that is shown is that of the form, also for the record of who looked at whom.
    request.resolver_match = match
    if request.method == "POST":
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        held_forms.drop_if_saved(request.session, found.path, response)
        return response
    held_forms.post_again(request, found.fields, found.why)
    shown: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return shown


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show a form of staff that failed CSRF verification again, with a new token; never another site's form.

    Other paths use the patients' view of `aftercare.checkins`.
    """
    if is_from_another_site(request):
        return render(request, "403_csrf.html", {"is_from_another_site": True}, status=HTTPStatus.FORBIDDEN)
    if not request.path.startswith(reverse("clinic:queue")):
        return csrf_failure_of_patients(request, reason)
    fields = held_forms.fields_of(request.POST)
    context = {
        "fields": [(name, value) for name, values in fields.items() for value in values],
        "has_emergency": held_forms.has_emergency(request.POST),
        "hold": held_forms.NO_TOKEN,
    }
    return render(request, "clinic/send_again.html", context, status=HTTPStatus.FORBIDDEN)
