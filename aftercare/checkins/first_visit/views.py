"""The first visit of a patient, and the question after a change of the text on data."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from aftercare.checkins.first_visit.actions import finish_first_visit
from aftercare.checkins.first_visit.forms import ConsentForm, FirstVisitForm
from aftercare.checkins.pages.today import read_when
from aftercare.checkins.reminders.page import RemindersPage
from aftercare.checkins.views import SEEN_FIRST_VISIT, patient_page
from aftercare.outbox.channels import is_set_up
from aftercare.people.actions.patients import agree
from aftercare.people.models import Patient
from aftercare.people.patient_channels.messages import agreed_points


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def first_visit(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Lead through the steps of the first visit, or ask whether the patient agrees to a changed text.

    Nothing else waits for it: who leaves the page has all of the portal.
    """
    if request.method == "POST":
        return finish(request, patient)
    request.session[SEEN_FIRST_VISIT] = str(patient.pk)
    if patient.has_agreed:
        return redirect("home")
    return show(request, patient, form_of(patient, None))


def form_of(patient: Patient, posted: Any) -> FirstVisitForm | ConsentForm:
    """Return the form of the first visit, or that of a changed text for a patient who has agreed before."""
    version = patient.clinic.consent_version
    if patient.consent_version:
        return ConsentForm(posted, version=version)
    page = RemindersPage.of(patient, timezone.now())
    points = [point for point in agreed_points(patient.user_id) if is_set_up(point.kind)]
    return FirstVisitForm(posted, page=page, points=points, version=version)


def finish(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Store what was chosen; a form that another tab has sent before changes nothing."""
    if patient.has_agreed:
        return redirect("home")
    form = form_of(patient, request.POST)
    if not form.is_valid():
        return show(request, patient, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(form, FirstVisitForm):
        finish_first_visit(patient=patient, now=timezone.now(), reminders=form.reminders())
        messages.success(request, _("Thank you. Everything is set up."))
    else:
        agree(patient=patient, now=timezone.now())
        messages.success(request, _("Thank you. Saved."))
    return redirect("home")


def show(
    request: HttpRequest,
    patient: Patient,
    form: FirstVisitForm | ConsentForm,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    now = timezone.now()
    context = {
        "form": form,
        "is_first": isinstance(form, FirstVisitForm),
        "patient": patient,
        "read_when": read_when(patient.clinic, now),
        "now": now,
    }
    return render(request, "checkins/first_visit/first_visit.html", context, status=status)
