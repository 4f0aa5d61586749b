"""The list of patients, a patient's page, and recording a procedure."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from aftercare.checkins.corrections.actions import ChangedMeanwhileError
from aftercare.checkins.pages.history import recovering_side_by_side
from aftercare.checkins.pages.recovery_chart import STAFF, charts_of
from aftercare.checkins.photos.page import photos_of
from aftercare.people.models import Event, Patient, StaffMember
from aftercare.people.treatments.loading import with_details
from clinic.access import patient_of_clinic, require, shows, staff_page
from clinic.alert.call_panel import panel_of
from clinic.enrolment.invitation import invitation_status_of
from clinic.labels import age_words
from clinic.patients.filters import PatientFilters
from clinic.patients.forms import PatientFilterForm, ProcedureForm
from clinic.patients.page import (
    closed_newest_first,
    page_of_check_ins,
    page_of_patients,
    patient_rows,
    reports_of,
)
from clinic.permissions import may_enrol, may_record_procedures
from clinic.procedures import UnconfirmedError, is_treated_over_open_alert, record_confirmed
from clinic.treatment_questions import are_answered, confirmation_token


@require_safe
@staff_page
def patients(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """List the clinic's patients, latest treatment first."""
    now, filters = timezone.now(), PatientFilters.read(request.GET)
    page = page_of_patients(member.clinic, request.GET.get("page"), filters, now)
    shows(request, Event.Page.PATIENTS, page)
    context = {"page": page, "rows": patient_rows(page, now), "filters": filters, "now": now}
    return render(request, "clinic/patients/patients.html", {**context, "form": PatientFilterForm(filters)})


@require_safe
@staff_page
def patient(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Show a patient."""
    return patient_page(request, member, patient_of_clinic(member, patient_id))


def patient_page(
    request: HttpRequest,
    member: StaffMember,
    found: Patient,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    **forms: Any,
) -> HttpResponse:
    """Render a patient's page. `forms`: bound forms that replace the empty ones."""
    shows(request, Event.Page.PATIENT, [found])
    now = timezone.now()
    alerts = list(found.alerts.select_related("closed_by", "acknowledged_by", "owner").worst_first())
    open_alerts = [alert for alert in alerts if alert.is_open]
    procedures = with_details(found.procedures.in_order().reverse())
    page, photos = page_of_check_ins(found, request.GET.get("page")), photos_of(found)
    context = {
        "patient": found,
        "age": age_words(found, now),
        "invitation_status": invitation_status_of(found, now),
        "procedures": procedures,
        "photos": photos,
        "charts": charts_of(found, recovering_side_by_side(procedures), now, words=STAFF, photos=photos),
        "open_alerts": open_alerts,
        "closed_alerts": closed_newest_first(alerts),
        "page": page,
        "reports": reports_of(page),
        "may_enrol": may_enrol(member),
        "may_record": may_record_procedures(member),
        "panel": panel_of(found, member, alerts=open_alerts),
        "now": now,
    }
    return render(request, "clinic/patients/patient.html", {**context, **forms}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def record(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Record a procedure. If `treated_over_open_alert` holds, staff must confirm it first."""
    found, now = patient_of_clinic(member, patient_id), timezone.now()
    require(may_record_procedures(member), member)
    context = {"patient": found, "now": now, "open_alerts": found.alerts.open().need_action().worst_first()}
    if request.method != "POST":
        warned = is_treated_over_open_alert(patient=found, performed_at=now, now=now)
        form = ProcedureForm(patient=found, now=now)
        return render(request, "clinic/patients/procedure.html", {**context, "form": form, "warned": warned})
    form = ProcedureForm(request.POST, patient=found, now=now)
    confirmed, warned, problem = request.POST.get("confirm") == "yes", False, ""
    is_valid, questions = form.is_valid(), form.questions()
    is_certain = are_answered(questions, request.POST)
    if is_valid and is_certain:
        try:
            record_confirmed(
                patient=found,
                by=member.user,
                now=now,
                treatment=form.treatment,
                details=form.details,
                confirmed=confirmed,
                asked=form.asked,
            )
        except UnconfirmedError:
            warned = True
        except ChangedMeanwhileError:
            problem = _("Somebody has changed the intake meanwhile. Look at the answers, and save again.")
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The procedure is recorded. Recovery is counted from it."))
            return redirect("clinic:patient", patient_id=found.pk)
    context |= {"form": form, "warned": warned, "unconfirmed": warned, "confirmed": confirmed}
    context |= {"questions": questions, "certain": confirmation_token(questions), "is_certain": is_certain}
    context["problem"] = problem
    return render(request, "clinic/patients/procedure.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
