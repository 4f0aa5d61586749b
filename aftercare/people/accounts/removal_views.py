"""The page of the mailed link on which a person refuses the removal of their second step."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aftercare.people.factors.removal import RemovalEndedError, refuse_removal
from aftercare.people.models import FactorRemoval


@require_http_methods(["GET", "HEAD", "POST"])
def removal(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is asked for, and stop it on a press. Nobody need sign in: stopping it opens nothing."""
    found = FactorRemoval.objects.of_token(token).select_related("clinic", "user").first()
    if found is None:
        return removal_page(request, None)
    if request.method == "POST":
        try:
            refuse_removal(removal=found, now=timezone.now())
        except RemovalEndedError:
            return removal_page(request, found)
        return redirect(found.path)
    return removal_page(request, found)


def removal_page(request: HttpRequest, found: FactorRemoval | None) -> HttpResponse:
    """Render the state of a request, with the clinic to call; 410 for an unknown link."""
    zone = found.clinic.zone if found else timezone.get_default_timezone()
    status = HTTPStatus.OK if found else HTTPStatus.GONE
    context = {"removal": found, "asking_clinic": found.clinic if found else None}
    with timezone.override(zone):
        return render(request, "people/accounts/removal.html", context, status=status)
