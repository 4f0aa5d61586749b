"""Views of a companion: the patient's first page, the form, the result, and what open pages ask for."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from aftercare.checkins.companions.access import companion_page, ended_page
from aftercare.checkins.companions.actions import EndedError, submit_as_companion
from aftercare.checkins.companions.form_page import CompanionFormPage
from aftercare.checkins.form import drafts
from aftercare.checkins.form.page import uuid_in
from aftercare.checkins.models import CheckIn
from aftercare.checkins.pages.lead import lead_of
from aftercare.checkins.pages.lead_box import box_of
from aftercare.checkins.pages.result import result_context, situation_of
from aftercare.checkins.pages.today import Today
from aftercare.checkins.submission.submission import RejectedError
from aftercare.checkins.views import keep_for_sign_in
from aftercare.outbox import database_clock
from aftercare.people.access import companionships_of, patient_of, staff_member_of
from aftercare.people.models import Companion, Event
from aftercare.triage import LIMITS

Page = Event.Page


@require_safe
def companion(request: HttpRequest) -> HttpResponse:
    """Lead a companion to the patient's first page; who accompanies several chooses."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    own = companionships_of(request)
    if len(own) == 1 and "choose" not in request.GET:
        return redirect("companion_today", own[0].pk)
    if not own:
        ended = Companion.objects.filter(user=request.user.pk).select_related("patient__clinic")
        newest = ended.order_by("-removed_at").first()
        if newest is None:
            raise Http404("no companion")
        return ended_page(request, newest)
    has_own_page = patient_of(request) is not None or staff_member_of(request) is not None
    context = {"companionships": own, "has_own_page": has_own_page}
    return render(request, "checkins/companions/choose.html", context)


@require_safe
@companion_page(Page.COMPANION_TODAY)
def today(request: HttpRequest, companion: Companion) -> HttpResponse:
    found = Today.of(companion.patient, timezone.now())
    return render(request, "checkins/today/today.html", {"today": found, "patient_records": []})


@require_safe
@companion_page()
def lead(request: HttpRequest, companion: Companion) -> HttpResponse:
    """Render the lead, which open pages poll."""
    now = timezone.now()
    found = lead_of(companion.patient, now)
    box = box_of(companion.patient, found)
    return render(request, "checkins/lead/lead_region.html", {"lead": found, "box": box, "now": now})


@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, companion_id: UUID) -> HttpResponse:
    """Show or submit the form; what is posted signed out is kept."""
    if request.method != "POST":
        return show_form(request, companion_id)
    if not request.user.is_authenticated:
        return keep_for_sign_in(request, request.path)
    return send(request, companion_id)


@companion_page(Page.COMPANION_FORM)
def show_form(request: HttpRequest, companion: Companion) -> HttpResponse:
    page = CompanionFormPage(companion, timezone.now())
    assert companion.user
    typed = drafts.load(request.session, page.now, companion.user, request.path)
    if typed is not None and "empty" not in request.GET:
        return page.filled(request, page.form(typed), is_draft=True)
    return page.under(request, uuid_in(request.GET.get("form", "")))


@companion_page()
def send(request: HttpRequest, companion: Companion) -> HttpResponse:
    """Submit a posted form and redirect to the result, or show it again with its errors."""
    page = CompanionFormPage(companion, database_clock.now())
    try:
        receipt = submit_as_companion(companion=companion, posted=page.posted(request.POST), now=page.now)
    except EndedError:
        return ended_page(request, companion)
    except RejectedError as error:
        return page.rejected(request, error)
    if saved := page.autosaved(request):
        return saved
    drafts.delete(request.session)
    return redirect("companion_result", companion.pk, receipt.check_in.pk)


def own_check_in(companion: Companion, check_in_id: UUID) -> CheckIn:
    """Return a check-in that the companion filled in; 404 for any other."""
    own = companion.check_ins.select_related("procedure", "superseded_by", "companion")
    found: CheckIn = get_object_or_404(own, pk=check_in_id)
    return found


@require_safe
@companion_page(Page.COMPANION_RESULT)
def result(request: HttpRequest, companion: Companion, check_in_id: UUID) -> HttpResponse:
    """Show the result of a check-in by the companion."""
    found, now = own_check_in(companion, check_in_id), timezone.now()
    is_recent = found.observed_at >= now - timedelta(hours=LIMITS.backdate_limit_h)
    context = result_context(found, companion.patient, now) | {
        "newer": None,
        "can_change": False,
        "can_correct": is_recent,
        "patient_records": [],
    }
    return render(request, "checkins/companions/result.html", context)


@require_safe
@companion_page()
def confirmation(request: HttpRequest, companion: Companion, check_in_id: UUID) -> HttpResponse:
    """Render the part of the result that an open page fetches again."""
    found = own_check_in(companion, check_in_id)
    context = situation_of(found, companion.patient, timezone.now())
    return render(request, "checkins/result/situation.html", context)
