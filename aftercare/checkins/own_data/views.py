"""The page on which a patient fetches the file of everything that the portal keeps about them."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aftercare.checkins.own_data.actions import fetch_own_data
from aftercare.checkins.own_data.pictures import pictures_of, zipped
from aftercare.checkins.views import patient_page
from aftercare.people.models import Patient
from aftercare.people.reauthentication.guard import ask, is_recent

FILE_NAME = "my-data.json"
PICTURES_NAME = "my-pictures.zip"


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def own_data_page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Say what the files hold, or send one: of the data, or of the pictures. Asks who it is first."""
    if not is_recent(request):
        return cast(HttpResponse, ask(request))
    if request.method != "POST":
        return render(request, "checkins/own_data/page.html", {"has_pictures": bool(pictures_of(patient))})
    content = fetch_own_data(patient=patient, now=timezone.now())
    if request.POST.get("what") == "pictures":
        name = {"Content-Disposition": f'attachment; filename="{PICTURES_NAME}"'}
        pictures = zipped(pictures_of(patient))
        # The WSGI server takes either kind of response.
        return cast(
            HttpResponse, StreamingHttpResponse(pictures, content_type="application/zip", headers=name)
        )
    response = JsonResponse(content, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response
