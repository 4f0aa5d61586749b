"""Views of the call panel: record a call, close alerts; and send a fixed text."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from aftercare.alerts.actions.patient_messages import (
    PendingError,
    SentLatelyError,
    WithdrawnError,
    send_letter,
)
from aftercare.alerts.errors import AlreadyClosedError, NoteNeededError
from aftercare.alerts.models import Alert
from aftercare.people.models import StaffMember
from clinic.access import alert_of, only, require, staff_page
from clinic.alert.actions import CallOutcome, NewsError, save_call
from clinic.alert.call_forms import (
    ALL,
    NO_CALL,
    ONE,
    OPEN,
    CallForm,
    first_name,
)
from clinic.alert.call_panel import CallPanel, attempt_clause, panel_of
from clinic.alert.forms import LetterForm
from clinic.alert.posted import shown_state
from clinic.alert.views import alert_page, refused
from clinic.permissions import may_close, may_work_alerts

UNPROCESSABLE, CONFLICT = HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT
Draw = Callable[..., HttpResponse]


@require_POST
@staff_page
@only(may_work_alerts)
def record_attempt(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Save the call panel of an alert's page."""
    return perform_on_alert(request, member, alert_of(member, alert_id), request.POST.copy())


@require_POST
@staff_page
@only(may_work_alerts)
def close(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Close the alert without a call; with `all`, every open alert of the patient."""
    found, posted = alert_of(member, alert_id), request.POST.copy()
    several = found.patient.alerts.open().count() > 1
    posted["then"] = ALL if posted.get("all") == "1" and several else ONE
    posted["result"] = NO_CALL
    return perform_on_alert(request, member, found, posted)


def perform_on_alert(
    request: HttpRequest, member: StaffMember, found: Alert, posted: QueryDict
) -> HttpResponse:
    """Save the call panel, or show the alert's page with the error."""
    panel = panel_of(found.patient, member, alert=found, posted=posted)

    def draw(**context: Any) -> HttpResponse:
        return alert_page(request, member, found, **{"panel": panel, **context})

    if posted.get("then", OPEN) != OPEN and not found.is_open:
        return refused(request, member, found, panel=panel)
    taken = perform_call(request, member, panel, draw)
    if isinstance(taken, HttpResponse):
        return taken
    messages.success(request, done_words(panel, taken))
    return redirect("clinic:queue") if taken.closed else redirect("clinic:alert", alert_id=found.pk)


def perform_call(
    request: HttpRequest, member: StaffMember, panel: CallPanel, draw: Draw
) -> CallOutcome | HttpResponse:
    """Save the call panel. Returns the page with the posted form and the error if that fails."""
    form = panel.form
    require(may_close(member, chosen_alerts(form, panel)), member)
    if not form.is_valid():
        return draw(status=UNPROCESSABLE)
    now = timezone.now()
    try:
        return save_call(
            patient=panel.patient,
            alert=panel.alert,
            call=form.call(now),
            shown=shown_state(request),
            by=member,
            now=now,
        )
    except NewsError as error:
        panel.offer_current_alerts()
        return draw(news=error.items, is_news=True, status=CONFLICT)
    except AlreadyClosedError:
        assert panel.alert is not None
        return refused(request, member, alert_of(member, panel.alert.pk), panel=panel)
    except NoteNeededError:
        form.add_error("note", note_needed_words(panel))
    except ValidationError as error:
        form.add_error(None, " ".join(error.messages))
    return draw(status=UNPROCESSABLE)


def chosen_alerts(form: CallForm, panel: CallPanel) -> list[Alert]:
    """Return the alerts of the page that the form would close; `save_call` looks again, at all that are open."""
    then = form.data.get("then")
    if then == ALL:
        return panel.offered
    return [panel.alert] if then == ONE and panel.alert else []


def done_words(panel: CallPanel, done: CallOutcome) -> str:
    """Return the message about the saved call."""
    said = []
    if done.attempt is not None:
        recorded = {"name": panel.name, "result": attempt_clause(done.attempt)}
        said.append(_("%(name)s: %(result)s. It is recorded.") % recorded)
    if done.closed:
        closed = {
            "count": len(done.closed),
            "name": panel.name,
            "outcome": Alert.Outcome(done.closed[0].outcome).label.lower(),
        }
        words = ngettext(
            "Closed one alert of %(name)s: %(outcome)s.",
            "Closed %(count)s alerts of %(name)s: %(outcome)s.",
            len(done.closed),
        )
        said.append(words % closed)
    return " ".join(said)


def note_needed_words(panel: CallPanel) -> str:
    return _(
        "Nobody has reached %(name)s since the newest report. Write why this can be closed all the same."
    ) % {"name": first_name(panel.patient)}


@require_POST
@staff_page
@only(may_work_alerts)
def send(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Send the patient a fixed text from an alert's page."""
    found, form = alert_of(member, alert_id), LetterForm(request.POST, clinic=member.clinic)
    if form.is_valid():
        try:
            letter = send_letter(
                patient=found.patient,
                alert=found,
                by=member.user,
                now=timezone.now(),
                template=form.cleaned_data["template"],
            )
        except WithdrawnError:
            form.add_error("template", _("This patient is withdrawn. No message goes to them. Call instead."))
        except PendingError:
            words = _(
                "This patient has not said yes to your clinic yet, so they can’t send a check-in. Call."
            )
            form.add_error("template", words)
        except SentLatelyError:
            form.add_error("template", _("This went to the patient a moment ago. Look at the history below."))
        else:
            messages.success(
                request,
                _("“%(message)s” is on its way to the patient.") % {"message": letter.get_template_display()},
            )
            return redirect("clinic:alert", alert_id=found.pk)
    return alert_page(request, member, found, letter_form=form, status=UNPROCESSABLE)
