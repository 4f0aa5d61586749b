"""Failed messages: managers see them, send them again, or dismiss them."""

from __future__ import annotations

from functools import wraps
from typing import ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from aftercare.outbox.actions import NotFailedError, TooLateError
from aftercare.outbox.models import Message
from aftercare.people.access import StaffView, View
from aftercare.people.models import Event, StaffMember
from clinic.access import shows, staff_page
from clinic.administration.actions import dismiss_message, send_message_again
from clinic.administration.messages_page import messages_page
from clinic.permissions import may_see_messages

P = ParamSpec("P")
TOO_LATE = gettext_lazy(
    "This message is too old to be of use, so it was not sent. Look at what it was about."
)


def messages_view(view: StaffView[P]) -> View[P]:
    """Restrict `staff_page` to members who may see failed messages; 403 for others."""

    @wraps(view)
    def allowed(request: HttpRequest, member: StaffMember, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not may_see_messages(member):
            raise PermissionDenied
        return view(request, member, *args, **kwargs)

    return staff_page(cast("StaffView[P]", allowed))


@require_safe
@messages_view
def failed_messages(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """List the failed messages, and the messages still being retried."""
    now = timezone.now()
    page = messages_page(member.clinic, now)
    shows(request, Event.Page.MESSAGES, page.patients)
    context = {"page": page, "now": now}
    return render(request, "clinic/administration/messages.html", context)


@require_POST
@messages_view
def again(request: HttpRequest, member: StaffMember, message_id: UUID) -> HttpResponse:
    """Send a failed message again, to the recipient's current address."""
    message = own_message(member, message_id)
    try:
        send_message_again(message=message, member=member, now=timezone.now())
    except NotFailedError:
        messages.error(request, meanwhile(message))
    except TooLateError:
        messages.error(request, TOO_LATE)
    else:
        messages.success(
            request, _("The message to %(recipient)s is sent again now.") % {"recipient": message.recipient}
        )
    return redirect("clinic:messages")


@require_POST
@messages_view
def dismiss(request: HttpRequest, member: StaffMember, message_id: UUID) -> HttpResponse:
    """Mark a failed message as looked into."""
    message = own_message(member, message_id)
    try:
        dismiss_message(message=message, member=member, now=timezone.now())
    except NotFailedError:
        messages.error(request, meanwhile(message))
    else:
        messages.success(
            request,
            _("Noted: the message to %(recipient)s needs nothing more.") % {"recipient": message.recipient},
        )
    return redirect("clinic:messages")


def meanwhile(message: Message) -> str:
    """Return the message that a colleague was first to handle it."""
    verbs = (Event.Verb.SENT_AGAIN, Event.Verb.RETRIED_MESSAGE, Event.Verb.DISMISSED_MESSAGE)
    first = Event.objects.filter(subject=message.pk, verb__in=verbs).select_related("actor").first()
    if first is None:
        return _("Nothing is left to do about it.")
    return _("%(name)s was first: nothing is left to do.") % {"name": first.actor}


def own_message(member: StaffMember, message_id: UUID) -> Message:
    """Return a message of the member's clinic; 404 for any other."""
    own = Message.objects.filter(sender=member.clinic_id).select_related("recipient")
    found: Message = get_object_or_404(own, pk=message_id)
    return found
