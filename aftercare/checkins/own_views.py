"""Views of the patient beside check-ins: lead, letters, timeline, calendar, telephone number, pages to print."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftercare.alerts.actions.patient_messages import TEXTS, open_letter
from aftercare.alerts.models import Letter
from aftercare.checkins.pages.actions import record_said_called
from aftercare.checkins.pages.calendar_file import calendar_file
from aftercare.checkins.pages.lead import lead_after, lead_of
from aftercare.checkins.pages.lead_box import box_of
from aftercare.checkins.pages.own_details import OwnDetailsForm
from aftercare.checkins.pages.own_number import OwnNumberForm
from aftercare.checkins.pages.printed import printed_context
from aftercare.checkins.pages.today import newest_of, recently_reported
from aftercare.checkins.pages.who_looked import who_looked
from aftercare.checkins.views import patient_page
from aftercare.guidance.views import clinic_or_404, timeline_context
from aftercare.people.access import reading_patient_of
from aftercare.people.actions.patient_details import (
    ChangedMeanwhileError,
    change_details,
    details_version,
)
from aftercare.people.companions.looks import record_look
from aftercare.people.models import Event, Patient, Procedure
from aftercare.people.requests import sender_of

UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


@require_safe
def timeline_page(request: HttpRequest) -> HttpResponse:
    """Show the timeline of the recovery; for a patient with the lead and recently reported symptoms."""
    patient, now = reading_patient_of(request), timezone.now()
    clinic, companion = clinic_or_404(request), sender_of(request).companion

    newest = newest_of(patient, now) if patient else []

    def reported(procedure: Procedure) -> frozenset[str]:
        return recently_reported(newest, procedure, now)

    with timezone.override(clinic.zone):
        context = timeline_context(request, clinic, now, reported)
        found = lead_after(newest[0] if newest else None, patient, now) if patient else None
        box = box_of(patient, found) if patient and found else None
        if companion:
            record_look(request, companion, Event.Page.COMPANION_TIMELINE, now)
        return render(
            request, "guidance/timeline/timeline.html", {**context, "lead": found, "box": box, "now": now}
        )


@require_safe
@patient_page
def lead(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Render the lead, which open pages poll."""
    now = timezone.now()
    found = lead_of(patient, now)
    return render(
        request, "checkins/lead/lead_region.html", {"lead": found, "box": box_of(patient, found), "now": now}
    )


@require_POST
@patient_page
def said_called(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Record that the patient has called, and return to the page where the button is."""
    record_said_called(patient=patient, now=timezone.now())
    back = request.headers.get("Referer", "")
    is_own = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if is_own else "/")


@require_safe
@patient_page
def letter(request: HttpRequest, patient: Patient, letter_id: UUID) -> HttpResponse:
    """Show a letter and record that it was opened."""
    now, found = timezone.now(), get_object_or_404(patient.letters, pk=letter_id)
    open_letter(letter=found, now=now)
    template = Letter.Template(found.template)
    context = {
        "letter": found,
        "text": TEXTS[template],
        "asks_to_check_in": template == Letter.Template.CHECK_IN,
        "asks_for_picture": template == Letter.Template.PHOTO,
        "now": now,
    }
    return render(request, "checkins/history/letter.html", context)


@require_safe
@patient_page
def who_looked_page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Show who of the clinic has looked at the patient's record."""
    now = timezone.now()
    found = who_looked(patient, request.GET.get("before", ""), now)
    return render(request, "checkins/who_looked.html", {"found": found, "now": now})


@require_safe
@patient_page
def print_course(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Show the present course as a page to print for a doctor."""
    return render(request, "checkins/printed/page.html", printed_context(patient, timezone.now()))


@require_safe
@patient_page
def print_check_in(request: HttpRequest, patient: Patient, check_in_id: UUID) -> HttpResponse:
    """Show a check-in, the advice given and the course as a page to print for a doctor."""
    own = patient.check_ins.select_related("procedure", "superseded_by", "companion")
    found = get_object_or_404(own, pk=check_in_id)
    return render(request, "checkins/printed/page.html", printed_context(patient, timezone.now(), found))


@require_safe
@patient_page
def calendar(_request: HttpRequest, patient: Patient) -> HttpResponse:
    """Send the dates of the recovery as a calendar file."""
    written = calendar_file(patient, timezone.now())
    if written is None:
        raise Http404("not treated yet")
    name = {"Content-Disposition": 'attachment; filename="aftercare.ics"'}
    return HttpResponse(written, content_type="text/calendar; charset=utf-8", headers=name)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def own_number(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Show or change the number on which the clinic calls the patient."""
    form = OwnNumberForm(request.POST or None, patient=patient)
    if request.method == "POST" and form.is_valid():
        change_details(patient=patient, by=patient.user, now=timezone.now(), details=form.cleaned_data)
        messages.success(
            request,
            _("The clinic calls you on %(number)s from now on.")
            % {"number": form.cleaned_data["call_back_telephone"]},
        )
        return redirect("home")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "checkins/own_number.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def own_details(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Show or change telephone, hours to call, language and time zone of the patient."""
    form = OwnDetailsForm(request.POST or None, patient=patient)
    if request.method != "POST":
        return render(request, "checkins/own_details.html", {"form": form})
    if not form.is_valid():
        return render(request, "checkins/own_details.html", {"form": form}, status=UNPROCESSABLE)
    shown = form.cleaned_data["shown"]
    try:
        change_details(
            patient=patient, by=patient.user, now=timezone.now(), details=form.details, shown=shown
        )
    except ChangedMeanwhileError:
        return changed_meanwhile(request, patient)
    messages.success(request, _("Your details are saved. The clinic sees them."))
    return redirect("account")


def changed_meanwhile(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Show the form as typed beside what stands now; sent again it is stored."""
    patient = Patient.objects.select_related("user", "clinic").get(pk=patient.pk)
    posted = request.POST.copy()
    posted["shown"] = details_version(patient)
    context = {"form": OwnDetailsForm(posted, patient=patient), "stored": patient}
    return render(request, "checkins/own_details.html", context, status=HTTPStatus.CONFLICT)
