"""Enrolling a patient, and changing a patient's details."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from aftercare.people.actions.invitations import signs_in_elsewhere
from aftercare.people.actions.patient_details import change_details
from aftercare.people.models import Event, Patient, StaffMember
from clinic.access import only, patient_of_clinic, reauthenticate_first, require, shows, staff_page
from clinic.enrolment.actions import enrol_with_procedure
from clinic.enrolment.duplicates import Duplicate, likely_duplicates
from clinic.enrolment.forms import EnrolForm, PatientDetailsForm
from clinic.permissions import may_enrol
from clinic.treatment_questions import are_answered, confirmation_token


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
@only(may_enrol)
def enrol(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Enrol a patient with the first procedure. Likely duplicates must be confirmed to be other people first."""
    now, clinic = timezone.now(), member.clinic
    if request.method != "POST":
        return render(request, "clinic/enrolment/enrol.html", {"form": EnrolForm(clinic=clinic, now=now)})
    form = EnrolForm(request.POST, clinic=clinic, now=now)
    is_valid, alike = form.is_valid(), duplicates_of(form)
    shows(request, Event.Page.ENROL, (one.patient for one in alike))
    asked = ",".join(str(one.patient.pk) for one in alike)
    is_confirmed = set(asked.split(",")) <= set(request.POST.get("another_person", "").split(","))
    questions = form.questions()
    is_certain = are_answered(questions, request.POST)
    if is_valid and is_certain and (is_confirmed or not alike):
        try:
            patient = enrol_with_procedure(
                clinic=clinic,
                by=member.user,
                now=now,
                person=form.person,
                treatment=form.treatment,
                details=form.details,
                invited=form.cleaned_data["invite"],
                by_sms=bool(form.cleaned_data.get("invite_by_sms")),
                skip_reason=form.cleaned_data["skip_reason"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, enrolled_words(patient, form.cleaned_data["invite"]))
            return redirect("clinic:patient", patient_id=patient.pk)
    context = {"form": form, "alike": alike, "asked": asked, "is_confirmed": is_confirmed, "now": now}
    context["unconfirmed"] = is_valid and alike and not is_confirmed
    context |= {"questions": questions, "certain": confirmation_token(questions), "is_certain": is_certain}
    return render(request, "clinic/enrolment/enrol.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def duplicates_of(form: EnrolForm) -> list[Duplicate]:
    """Return the likely duplicates by the valid fields of the form."""
    cleaned = form.cleaned_data
    return likely_duplicates(
        form.clinic,
        name=f"{cleaned.get('first_name', '')} {cleaned.get('last_name', '')}",
        # As typed: an address that another patient has fails validation.
        email=form.data.get("email", "").strip().lower(),
        born=cleaned.get("date_of_birth"),
        telephone=cleaned.get("call_back_telephone", ""),
        now=form.now,
    )


def enrolled_words(patient: Patient, invited: bool) -> str:
    """Return the message about the enrolment."""
    if patient.is_pending:
        asked = (
            _("We have asked them by e-mail.")
            if invited
            else _("Send the invitation, so that they can say yes.")
        )
        waits = _("%(user)s is enrolled, and uses this portal with another clinic or at work too.")
        return f"{waits % {'user': patient.user}} {asked}"
    who = _("%(user)s is enrolled and can sign in with %(email)s.") % {
        "user": patient.user,
        "email": patient.user.email,
    }
    return f"{who} {_('The invitation is on its way.') if invited else _('No invitation was sent.')}"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def edit(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Change a patient's details."""
    found, now = patient_of_clinic(member, patient_id), timezone.now()
    require(may_enrol(member), member)
    is_shared = signs_in_elsewhere(found)
    if request.method != "POST":
        form = PatientDetailsForm(patient=found, now=now)
        return render(
            request,
            "clinic/enrolment/edit_patient.html",
            {"patient": found, "form": form, "is_shared": is_shared},
        )
    form = PatientDetailsForm(request.POST, patient=found, now=now)
    if form.is_valid():
        if form.person["email"] != found.user.email and (asked := reauthenticate_first(request)):
            return asked
        try:
            changed = change_details(patient=found, by=member.user, now=now, details=form.person)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, changed_words(changed))
            return redirect("clinic:patient", patient_id=found.pk)
    context = {"patient": found, "form": form, "is_shared": is_shared}
    return render(
        request, "clinic/enrolment/edit_patient.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY
    )


def changed_words(changed: list[str]) -> str:
    """Return the message about the saved changes."""
    if not changed:
        return _("You changed nothing, so nothing was saved.")
    if "email" in changed:
        return _(
            "The details are changed. The old address and its invitation no longer sign in. Send "
            "a new invitation to the new address."
        )
    return _("The details are changed.")
