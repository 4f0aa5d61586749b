"""The public page on data and privacy."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aftercare.people.access import patient_of
from aftercare.people.models import Clinic


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is kept, who sees it, how long, and whom to ask, to anybody.

    A patient reads the words of the own clinic, everybody else those of each clinic.
    """
    patient = patient_of(request)
    context = {
        "patient": patient,
        "clinics": [patient.clinic] if patient else list(Clinic.objects.order_by("name", "pk")),
        "privacy_base": "base_patient.html" if patient else "base_narrow.html",
    }
    return render(request, "people/clinics/privacy.html", context)
