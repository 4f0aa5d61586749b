"""Entering a check-in for a patient on the telephone, and the advice to read out."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from aftercare.alerts.models import Alert
from aftercare.checkins.form.page import FormPage, uuid_in
from aftercare.checkins.form.posting import submit_posted
from aftercare.checkins.models import Finding
from aftercare.checkins.submission.submission import RejectedError
from aftercare.people.models import StaffMember
from clinic.access import patient_of_clinic, require, staff_page
from clinic.held_forms import HOLD
from clinic.permissions import may_enter_check_ins


class TelephonePage(FormPage):
    """The patient's check-in form on a page of staff."""

    template = "clinic/patients/check_in.html"

    def page(
        self, request: HttpRequest, context: dict[str, object], status: int = HTTPStatus.OK
    ) -> HttpResponse:
        there = self.now.astimezone(self.patient.zone)
        local = date_format(there, pgettext("date format", "l j F, H:i"))
        return super().page(request, {"patient": self.patient, "local": local, **context}, status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Enter a check-in through the patient's form and action, with the staff member as `by`."""
    found = patient_of_clinic(member, patient_id)
    require(may_enter_check_ins(member), member)
    if found.is_withdrawn:
        messages.error(
            request,
            _("%(user)s is withdrawn. Take them back first, or tell them whom to call.")
            % {"user": found.user},
        )
        return redirect("clinic:patient", patient_id=found.pk)
    page = TelephonePage(found, timezone.now())
    if request.method != "POST":
        return page.under(request, uuid_in(request.GET.get("form", "")))
    if HOLD in request.POST:
        return page.filled(request, page.form(request.POST), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        receipt = submit_posted(patient=found, posted=request.POST, by=member.user, now=page.now)
    except RejectedError as error:
        return page.rejected(request, error)
    if saved := page.autosaved(request):
        return saved
    return redirect("clinic:told", patient_id=found.pk, check_in_id=receipt.check_in.pk)


@require_safe
@staff_page
def advice_page(
    request: HttpRequest, member: StaffMember, patient_id: UUID, check_in_id: UUID
) -> HttpResponse:
    """Show the advice of a check-in word for word, and the alerts that it opened."""
    found = patient_of_clinic(member, patient_id)
    own = found.check_ins.select_related("procedure", "submitted_by", "companion")
    check_in = get_object_or_404(own, pk=check_in_id)
    reported = Finding.objects.reported_by(check_in).values("alert")
    context = {
        "patient": found,
        "check_in": check_in,
        "advice": check_in.advice,
        "alerts": list(Alert.objects.filter(pk__in=reported).worst_first()),
        "now": timezone.now(),
    }
    return render(request, "clinic/patients/told.html", context)
