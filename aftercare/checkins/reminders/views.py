"""The page on which a patient sets, stops and puts off reminders."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from aftercare.checkins.reminders import actions
from aftercare.checkins.reminders.forms import ReminderForm
from aftercare.checkins.reminders.page import RemindersPage
from aftercare.checkins.views import patient_page
from aftercare.outbox.channels import is_set_up
from aftercare.people.models import Patient
from aftercare.people.patient_channels.messages import agreed_points
from aftercare.ui.times import at_clock


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def reminders(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Show how reminders come, and store what the patient chose."""
    now, act = timezone.now(), request.POST.get("act", "")
    if act == "stop":
        actions.stop_reminders(patient=patient, now=now)
        messages.success(request, _("Reminders are stopped. You can check in without them."))
    elif act == "start":
        actions.start_reminders(patient=patient, now=now)
        messages.success(request, _("Reminders come again."))
    elif act == "later":
        messages.info(request, put_off(patient, request.POST.get("hours", "")))
    else:
        return change(request, patient)
    return redirect("reminders")


def change(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Show the form, or store it."""
    now = timezone.now()
    page = RemindersPage.of(patient, now)
    points = [point for point in agreed_points(patient.user_id) if is_set_up(point.kind)]
    form = ReminderForm(request.POST or None, plan=page.plan, points=points, zone=page.zone_words)
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid():
            zone = form.cleaned_data["zone"]
            actions.change_reminders(patient=patient, now=now, values=form.values(), time_zone=zone)
            messages.success(request, _("Saved."))
            return redirect("reminders")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"page": page, "form": form, "points": points, "now": now}
    return render(request, "checkins/reminders/reminders.html", context, status=status)


def put_off(patient: Patient, hours: str) -> str:
    """Remind later, and return what the patient reads."""
    now = timezone.now()
    if hours not in map(str, actions.HOURS_LATER):
        return _("Choose 1 or 3 hours.")
    try:
        at = actions.remind_later(patient=patient, hours=int(hours), now=now)
    except actions.QuietError:
        return _("That is in your quiet hours. Nothing was changed.")
    except actions.NotOpenError:
        return _("Reminders are stopped. Nothing was changed.")
    with timezone.override(patient.zone):
        return _("We remind you %(when)s.") % {"when": at_clock(at, now)}
