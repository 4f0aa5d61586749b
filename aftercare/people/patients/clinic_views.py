"""The choice of a clinic, for a patient of several."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aftercare.people.access import choose_patient, patients_of
from aftercare.people.actions.patients import choose_record
from aftercare.people.login import safe_path


@require_http_methods(["GET", "POST"])
@login_required
def choose_clinic(request: HttpRequest) -> HttpResponse:
    """Let a patient of several clinics choose, for this session and those that begin later; 404 for others."""
    own = patients_of(request)
    if len(own) < 2:
        raise Http404("nothing to choose")
    if request.method == "POST":
        chosen = next((one for one in own if str(one.pk) == request.POST.get("patient")), None)
        if chosen is None:
            raise Http404("not a record of this person")
        choose_record(patient=chosen, now=timezone.now())
        choose_patient(request, chosen)
        return redirect(safe_path(request, request.GET.get("next", "")))
    return render(request, "people/patients/choose_clinic.html", {"own": own})
