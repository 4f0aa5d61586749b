"""The queue and the page of one alert."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from aftercare.alerts.actions import AlreadyAcknowledgedError, AlreadyClosedError
from aftercare.alerts.actions import close as close_alert
from aftercare.alerts.models import Alert
from aftercare.checkins.recovery_chart import STAFF, charts_of
from aftercare.people.models import Event, StaffMember
from aftercare.ui.times import staff_clock
from clinic.access import alert_of, note_opening, staff_page
from clinic.alert_history import attempts_about, history_of
from clinic.alert_outlook import outlook_of
from clinic.alert_page import compare, others_of, proofs_of
from clinic.contact_forms import AttemptForm
from clinic.deadlines import clock_of
from clinic.forms import CloseForm
from clinic.outcomes import UnseenAlertError, acknowledge_shown, close_all_open
from clinic.patient_pages import age_words
from clinic.queue import queue_of
from clinic.standing import roster_of


@require_safe
@staff_page
def queue(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Who is next."""
    now = timezone.now()
    return render(
        request,
        "clinic/queue.html",
        {"queue": queue_of(member.clinic, now), "drill": member.clinic.drills.running().first(), "now": now},
    )


@require_safe
@staff_page
def alert(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Everything about one alert. Opening it is kept as an event."""
    found = alert_of(member, alert_id)
    note_opening(
        verb=Event.Verb.OPENED_ALERT,
        subject=found.pk,
        patient=found.patient,
        by=member.user,
        now=timezone.now(),
    )
    return alert_page(request, member, found, CloseForm())


@require_POST
@staff_page
def acknowledge(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Take the alert on, and those that were shown with it (`also`)."""
    found = alert_of(member, alert_id)
    try:
        acknowledge_shown(alert=found, also=ids(request, "also"), by=member.user, now=timezone.now())
    except (AlreadyAcknowledgedError, AlreadyClosedError):
        return refused(request, member, alert_of(member, alert_id))
    messages.success(request, f"You have acknowledged this. {found.patient.user} is yours.")
    return redirect("clinic:alert", alert_id=found.pk)


@require_POST
@staff_page
def close(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """End the alert with an outcome; with `all`, every open alert of this patient."""
    found, form = alert_of(member, alert_id), CloseForm(request.POST)
    if not found.is_open:
        return refused(request, member, found)
    if not form.is_valid():
        return alert_page(request, member, found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    told = form.cleaned_data
    try:
        count = close_as_asked(request, member, found, outcome=told["outcome"], note=told["note"])
    except AlreadyClosedError:
        return refused(request, member, alert_of(member, alert_id))
    except UnseenAlertError:
        form.add_error(None, "A new alert came in for this patient. It is listed here now. Look at it first.")
        return alert_page(request, member, found, form, status=HTTPStatus.CONFLICT)
    what = "one alert" if count == 1 else f"{count} alerts"
    outcome = Alert.Outcome(told["outcome"]).label.lower()
    messages.success(request, f"Closed {what} of {found.patient.user}: {outcome}.")
    return redirect("clinic:queue")


def close_as_asked(
    request: HttpRequest, member: StaffMember, found: Alert, *, outcome: str, note: str
) -> int:
    """Close one alert, or with `all` every open one that was shown. Returns how many."""
    now = timezone.now()
    if request.POST.get("all") != "1":
        close_alert(alert=found, by=member.user, now=now, outcome=outcome, note=note)
        return 1
    seen = ids(request, "seen")
    return close_all_open(alert=found, seen=seen, by=member.user, now=now, outcome=outcome, note=note)


def ids(request: HttpRequest, field: str) -> list[UUID]:
    """The ids posted under a name; what is none is left out."""
    found = []
    for raw in request.POST.getlist(field):
        try:
            found.append(UUID(raw))
        except ValueError:
            continue
    return found


def refused(request: HttpRequest, member: StaffMember, found: Alert) -> HttpResponse:
    """The page as it is now, saying who was first."""
    now = timezone.now()
    if not found.is_open and found.closed_at:
        problem = f"{found.closed_by} closed this alert at {staff_clock(found.closed_at, now)}."
    else:
        assert found.acknowledged_at is not None
        problem = (
            f"{found.acknowledged_by} acknowledged this alert at {staff_clock(found.acknowledged_at, now)}."
        )
    return alert_page(
        request,
        member,
        found,
        CloseForm(),
        problem=f"{problem} Nothing was changed by you.",
        status=HTTPStatus.CONFLICT,
    )


def alert_page(
    request: HttpRequest,
    member: StaffMember,
    found: Alert,
    form: CloseForm,
    *,
    attempt: AttemptForm | None = None,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """The page of one alert."""
    now = timezone.now()
    proofs = proofs_of(found, now)
    attempts = attempts_about(found)
    others = others_of(found, member.clinic.hours, now)
    context = {
        "alert": found,
        "patient": found.patient,
        "age": age_words(found.patient, now),
        "clock": clock_of(found, member.clinic.hours, now),
        "proofs": proofs,
        "comparison": compare(proofs[0].assessment.check_in) if proofs else None,
        "charts": charts_of(found.patient, [found.procedure] if found.procedure else [], now, words=STAFF),
        "told": proofs[0].assessment.caused_by if proofs else None,
        "others": others,
        "also_waiting": [other.alert.pk for other in others if other.alert.status == Alert.Status.NEW],
        "open_count": len(others) + found.is_open,
        "history": history_of(found, proofs, attempts),
        "form": form,
        "attempt_form": attempt or AttemptForm(),
        "attempts": attempts,
        "outlook": outlook_of(found, roster_of(member, now), now),
        "problem": problem,
        "now": now,
    }
    return render(request, "clinic/alert.html", context, status=status)
