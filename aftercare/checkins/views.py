"""Views of the patient: first page, check-in, result, history."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import ParamSpec, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as csrf_failure_elsewhere
from django.views.decorators.http import require_http_methods, require_safe

from aftercare.checkins.form import drafts, kept
from aftercare.checkins.form.form import CheckInForm
from aftercare.checkins.form.page import RECORD, FormPage, uuid_in
from aftercare.checkins.form.posting import submit_posted
from aftercare.checkins.models import CheckIn
from aftercare.checkins.pages.history import history_context
from aftercare.checkins.pages.result import result_context, situation_of
from aftercare.checkins.pages.sent import sent_check_in
from aftercare.checkins.pages.today import Today
from aftercare.checkins.submission.history import newest_version
from aftercare.checkins.submission.submission import RejectedError
from aftercare.guidance.access import is_editor
from aftercare.outbox import database_clock
from aftercare.people.access import (
    PatientView,
    View,
    bind_patient,
    leave_companion,
    patient_of,
    patient_required,
    patients_of,
    staff_member_of,
)
from aftercare.people.models import Companion, Patient
from aftercare.people.sessions.activity import AUTOSAVE, KEPT
from aftercare.people.sessions.locking import is_locked

P = ParamSpec("P")
FORBIDDEN = 403
SEEN_FIRST_VISIT = "seen_first_visit"  # session key: the patient record
ROWS = 60  # check-ins per page of the history


def patient_page(view: PatientView[P]) -> View[P]:
    """`patient_required`, with the clinic's time zone active."""

    @wraps(view)
    def at_the_clinic(
        request: HttpRequest, patient: Patient, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        named = cast(UUID | None, kwargs.get("check_in_id")) or uuid_in(request.GET.get("correct", ""))
        patient = bind_named_record(request, patient, named)
        with timezone.override(patient.clinic.zone):
            return view(request, patient, *args, **kwargs)

    return patient_required(cast("PatientView[P]", at_the_clinic))


def bind_named_record(request: HttpRequest, patient: Patient, check_in_id: UUID | None) -> Patient:
    """Bind the request of a patient of several clinics to the record of the check-in, or of the posted form."""
    own = {one.pk: one for one in patients_of(request)}
    if len(own) == 1:
        return patient
    named = uuid_in(request.POST.get(RECORD, ""))
    if check_in_id is not None:
        found = CheckIn.objects.filter(pk=check_in_id, patient__in=own).first()
        named = found.patient_id if found else None
    patient = own.get(named, patient) if named else patient
    bind_patient(request, patient)
    return patient


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Route to the page of the user's role: patient, staff or editor; else the welcome page."""
    leave_companion(request)
    if patient := patient_of(request):
        return redirect("first_visit") if is_first_visit(request, patient) else today(request)
    if staff_member_of(request):
        return redirect("/clinic/")
    if is_editor(request.user):
        return redirect("/admin/")
    if request.user.is_authenticated and Companion.objects.filter(user=request.user.pk).exists():
        return redirect("companion")
    if is_locked(request.session):
        return redirect(settings.LOCKED_URL)
    return render(request, "people/accounts/welcome.html")


def is_first_visit(request: HttpRequest, patient: Patient) -> bool:
    """Return True if the patient is to be led through the first visit: once a session, before any check-in."""
    if patient.consent_version or request.session.get(SEEN_FIRST_VISIT) == str(patient.pk):
        return False
    return not patient.check_ins.exists()


@patient_page
def today(request: HttpRequest, patient: Patient) -> HttpResponse:
    return render(request, "checkins/today/today.html", {"today": Today.of(patient, timezone.now())})


@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest) -> HttpResponse:
    """Show or submit the check-in form; a form posted signed out is kept."""
    if request.method != "POST":
        return show_form(request)
    return send(request) if request.user.is_authenticated else keep_for_sign_in(request)


@patient_page
def show_form(request: HttpRequest, patient: Patient) -> HttpResponse:
    now = timezone.now()
    if KEPT in request.GET:
        return FormPage(patient, now, lasts=True).blank(request)
    page = FormPage(patient, now, shows_last=True)
    if "correct" in request.GET:
        corrected = own_check_in(patient, request.GET["correct"])
        form = page.correcting(corrected)
        return page.filled(request, form, corrects=corrected, hidden=page.hidden_for(corrected))
    typed = drafts.load(request.session, now, patient.user)
    if typed is not None and "empty" not in request.GET:
        return page.filled(request, page.form(typed), is_draft=True)
    return page.under(request, uuid_in(request.GET.get("form", "")))


@patient_page
def send(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Submit a posted form and redirect to the result, or show it again with its errors.

    It is judged by the database's clock, by which what follows from it is due.
    """
    page = FormPage(patient, database_clock.now(), shows_last=True)
    if is_for_another_clinic(request, patient):
        return for_another_clinic(request, page)
    try:
        receipt = submit_posted(patient=patient, posted=request.POST, by=patient.user, now=page.now)
    except RejectedError as error:
        return page.rejected(request, error)
    if kept.is_kept(request):
        return kept.confirmed(receipt.check_in)
    if saved := page.autosaved(request):
        return saved
    drafts.delete(request.session)
    return redirect("result", receipt.check_in.pk)


def is_for_another_clinic(request: HttpRequest, patient: Patient) -> bool:
    """Return True if the form was drawn for a record that the sender no longer has. An emergency is taken."""
    drawn_for = request.POST.get(RECORD, str(patient.pk))
    return drawn_for != str(patient.pk) and not has_emergency(request)


def for_another_clinic(request: HttpRequest, page: FormPage) -> HttpResponse:
    """Show the form again, or tell a script: which clinic the answers go to is for the patient to decide."""
    form = page.form(request.POST)
    if kept.is_kept(request):
        form.add_error(None, _("This form was for another clinic. Look at it, then send it again."))
        return kept.refused(request, form)
    return page.filled(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, is_for_another=True)


def keep_for_sign_in(request: HttpRequest, path: str = drafts.OWN_FORM) -> HttpResponse:
    """Keep a form posted signed out; with an emergency ticked, show what to do before the sign-in.

    `path`: of the form in which it is shown after the sign-in.
    That page has status 200: some browsers and proxies replace the text of error pages.
    """
    if kept.is_kept(request):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    is_whole = drafts.save(request.session, request.POST, timezone.now(), path)
    if AUTOSAVE in request.POST:
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    if not is_whole:
        messages.warning(
            request, _("Your note was too long to keep. Sign in, look through your answers, and write less.")
        )
    sign_in = f"{reverse('account_request_login_code')}?next={path}"
    if has_emergency(request):
        return render(request, "checkins/form/emergency_signed_out.html", {"sign_in": sign_in})
    return redirect(sign_in)


def has_emergency(request: HttpRequest) -> bool:
    """Return True if an emergency is ticked in the posted form."""
    now = timezone.now()
    return CheckInForm(request.POST, zone=timezone.get_default_timezone(), now=now).has_emergency


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Handle a failed CSRF check; a check-in is shown as typed, with a new token, to be sent again."""
    match = request.resolver_match
    if match is None or match.url_name not in ("check_in", "companion_check_in"):
        return csrf_failure_elsewhere(request, reason)
    if match.url_name == "check_in" and patient_of(request):
        return send_again(request)
    fields = [(name, value) for name, values in drafts.typed_fields(request.POST).items() for value in values]
    context = {"fields": fields, "has_emergency": has_emergency(request), "own_path": request.path}
    return render(request, "checkins/form/send_again.html", context, status=FORBIDDEN)


@patient_page
def send_again(request: HttpRequest, patient: Patient) -> HttpResponse:
    page = FormPage(patient, timezone.now(), shows_last=True)
    return page.filled(request, page.form(request.POST), status=FORBIDDEN, is_draft=True)


@require_safe
@patient_page
def result(request: HttpRequest, patient: Patient, check_in_id: UUID) -> HttpResponse:
    """Show the result: the advice as given at submission."""
    check_in = sent_check_in(patient, check_in_id)
    if check_in is None:
        raise Http404("no such check-in")
    context = result_context(check_in, patient, timezone.now())
    response = render(request, "checkins/result/result.html", context)
    response[kept.TOKEN_HEADER] = str(check_in.token)
    return response


@require_safe
@patient_page
def confirmation(request: HttpRequest, patient: Patient, check_in_id: UUID) -> HttpResponse:
    """Render lead and confirmation, the part of the result that an open page polls."""
    check_in = get_object_or_404(patient.check_ins, pk=check_in_id)
    return render(request, "checkins/result/situation.html", situation_of(check_in, patient, timezone.now()))


@require_safe
@patient_page
def check_ins(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Show the charts and all current check-ins, newest first."""
    now = timezone.now()
    own = (
        patient.check_ins.not_superseded()
        .select_related("procedure", "companion")
        .defer("advice")
        .newest_first()
    )
    page = Paginator(own, ROWS).get_page(request.GET.get("page"))
    return render(request, "checkins/history/check_ins.html", history_context(page, patient, now))


def own_check_in(patient: Patient, check_in_id: str) -> CheckIn:
    """Return the patient's own check-in, its newest revision if corrected; raise Http404 for others."""
    wanted = uuid_in(check_in_id)
    if wanted is None:
        raise Http404("no such check-in")
    found = get_object_or_404(patient.check_ins, pk=wanted)
    return newest_version(found, patient.check_ins.corrections())
