"""Views behind the link of a reminder. The token in the path is all that they go by: no session is begun.

Opening a page does nothing, so that scanners of mails may open it as often as they like.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from aftercare.checkins.form.posting import submit_posted
from aftercare.checkins.models import Reminder
from aftercare.checkins.reminders import actions
from aftercare.checkins.reminders.link_page import AS_LINK, LinkPage, link_context
from aftercare.checkins.reminders.links import reminder_of
from aftercare.checkins.reminders.page import RemindersPage
from aftercare.checkins.reminders.views import put_off
from aftercare.checkins.submission.submission import RejectedError
from aftercare.checkins.views import keep_for_sign_in
from aftercare.outbox import database_clock
from aftercare.people.access import choose_patient, patients_of

LinkView = Callable[[HttpRequest, LinkPage], HttpResponse]
FORM = "form"  # query parameter: show the form, also if it was sent


def link_page(view: LinkView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Pass the page of the link's reminder in the clinic's zone; say why there is none.

    A form that cannot be taken is kept until the sign-in.
    """

    @csrf_exempt  # the token in the path is a secret that no other site knows
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        now, reminder = database_clock.now(), reminder_of(token)
        state = state_of(reminder, now)
        if reminder is None or state:
            is_form = request.method == "POST"
            return keep_for_sign_in(request) if is_form else no_page(request, reminder, state)
        with timezone.override(reminder.patient.clinic.zone):
            return view(request, LinkPage(reminder, token, now))

    return guarded


def asked_first(view: LinkView) -> LinkView:
    """Lead the patient who is signed in to the own page, and ask somebody else before anything is shown."""

    @wraps(view)
    def guarded(request: HttpRequest, page: LinkPage) -> HttpResponse:
        way = None if request.method == "POST" else way_of_signed_in(request, page)
        return way or view(request, page)

    return guarded


def state_of(reminder: Reminder | None, now: Any) -> str:
    """Return why a link opens nothing: "unknown", "withdrawn" or "old"; "" if it does."""
    if reminder is None:
        return "unknown"
    patient = reminder.patient
    if patient.is_withdrawn or patient.is_pending or not patient.user.is_active:
        return "withdrawn"
    return "" if reminder.opens_check_in(now) else "old"


def no_page(request: HttpRequest, reminder: Reminder | None, state: str) -> HttpResponse:
    """Say why the link opens nothing, with the telephones; lead the patient who is signed in to the form."""
    if reminder and state == "old" and is_own(request, reminder):
        return redirect("check_in")
    context: dict[str, Any] = {"state": state, "now": timezone.now()}
    if reminder:
        context |= link_context(reminder.patient, timezone.now())
    context["sign_in"] = f"{reverse('account_request_login_code')}?next={reverse('check_in')}"
    status = HTTPStatus.NOT_FOUND if state == "unknown" else HTTPStatus.GONE
    return render(request, "checkins/reminders/no_page.html", context, status=status)


def is_own(request: HttpRequest, reminder: Reminder) -> bool:
    """Return True if the patient of the reminder is signed in; binds the session to that record."""
    own = next((one for one in patients_of(request) if one.pk == reminder.patient_id), None)
    if own is not None:
        choose_patient(request, own)
    return own is not None


def way_of_signed_in(request: HttpRequest, page: LinkPage) -> HttpResponse | None:
    """Return the patient's own page where the patient is signed in, or the question where somebody else is."""
    if not request.user.is_authenticated:
        return None
    if is_own(request, page.reminder):
        return redirect("result", page.sent.pk) if page.sent else redirect("check_in")
    if AS_LINK in request.GET or FORM in request.GET:
        return None
    context = {**link_context(page.patient, page.now), "path": f"{request.path}?{AS_LINK}="}
    return render(request, "checkins/reminders/somebody_else.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@link_page
@asked_first
def check_in(request: HttpRequest, page: LinkPage) -> HttpResponse:
    """Show the form of today's check-in, or submit it the way every check-in goes."""
    if request.method == "POST":
        return send(request, page)
    if page.sent and FORM not in request.GET:
        return redirect(result_path(request, page))
    return page.under(request, page.reminder.pk)


def send(request: HttpRequest, page: LinkPage) -> HttpResponse:
    """Submit a posted form and redirect to the result, or show it again with its errors."""
    patient = page.patient
    try:
        submit_posted(patient=patient, posted=page.posted(request.POST), by=patient.user, now=page.now)
    except RejectedError as error:
        return page.rejected(request, error)
    return page.autosaved(request) or redirect(result_path(request, page))


def result_path(request: HttpRequest, page: LinkPage) -> str:
    """Return the path of the result; where somebody else is signed in it goes on with the link."""
    path = reverse("reminder_result", args=[page.token])
    return f"{path}?{AS_LINK}=" if request.user.is_authenticated else path


@require_safe
@link_page
@asked_first
def result(request: HttpRequest, page: LinkPage) -> HttpResponse:
    """Show the result of the check-in that the link has sent."""
    if page.sent is None:
        return redirect("reminder_check_in", page.token)
    return render(request, "checkins/reminders/result.html", page.result(page.sent))


@require_safe
@link_page
def confirmation(request: HttpRequest, page: LinkPage) -> HttpResponse:
    """Render the part of the result that an open page fetches again."""
    if page.sent is None:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    return render(request, "checkins/result/situation.html", page.situation(page.sent))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, token: str) -> HttpResponse:
    """Offer to remind later, to change and to stop; the link to stop outlives that to the check-in."""
    now, reminder = timezone.now(), reminder_of(token)
    if reminder is None or state_of(reminder, now) == "withdrawn":
        return no_page(request, reminder, state_of(reminder, now))
    said = act_on(request, reminder) if request.method == "POST" else ""
    page = RemindersPage.of(reminder.patient, now)
    context = {
        **link_context(reminder.patient, now),
        "page": page,
        "said": said,
        "token": token,
        "is_old": not reminder.opens_check_in(now),
    }
    return render(request, "checkins/reminders/change.html", context)


def act_on(request: HttpRequest, reminder: Reminder) -> str:
    """Do what was pressed, and return what the patient reads."""
    act, now = request.POST.get("act", ""), timezone.now()
    if act == "later" and reminder.opens_check_in(now):
        return put_off(reminder.patient, request.POST.get("hours", ""))
    if act == "stop":
        actions.stop_reminders(patient=reminder.patient, now=now)
    elif act == "start":
        actions.start_reminders(patient=reminder.patient, now=now)
    return ""


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop all reminders with the one request of a mail program (RFC 8058); opening the address only asks."""
    if request.method != "POST":
        return redirect("reminder_change", token)
    reminder = reminder_of(token)
    if reminder is None:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    actions.stop_reminders(patient=reminder.patient, now=timezone.now())
    return HttpResponse()
