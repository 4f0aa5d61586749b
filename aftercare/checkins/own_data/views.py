"""The page on which a patient fetches the file of everything that the portal keeps about them."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aftercare.checkins.own_data.actions import fetch_own_data
from aftercare.checkins.views import patient_page
from aftercare.people.models import Patient
from aftercare.people.reauthentication.guard import ask, is_recent

FILE_NAME = "my-data.json"


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def own_data_page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Say what the file holds, or send the file. Asks who it is first."""
    if not is_recent(request):
        return cast(HttpResponse, ask(request))
    if request.method != "POST":
        return render(request, "checkins/own_data/page.html")
    content = fetch_own_data(patient=patient, now=timezone.now())
    response = JsonResponse(content, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response
