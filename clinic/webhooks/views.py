"""Webhooks of Twilio: an SMS to the portal's number, and the key press of a call."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.alerts.answering.replies import take_key, take_sms
from aftercare.alerts.dispatching.undelivered import KIND
from aftercare.outbox.models import Message
from clinic.webhooks.twilio import answered, from_twilio, twiml
from clinic.webhooks.words import reply_words

HAVE_IT = "4"
LONGEST_ID = 64


@from_twilio
def sms(request: HttpRequest) -> HttpResponse:
    """Take a reply by SMS, and say what came of it."""
    sid, number = request.POST.get("MessageSid", ""), request.POST.get("From", "")
    if not 0 < len(sid) <= LONGEST_ID or not number:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    reply = take_sms(sid=sid, number=number, text=request.POST.get("Body", ""), now=timezone.now())
    return answered("Message", reply_words(reply) if reply else "")


@from_twilio
def call_keys(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Take the key that was pressed in a call about a message; any other than 4 is asked for again."""
    sid = request.POST.get("CallSid", "")
    if not 0 < len(sid) <= LONGEST_ID:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    told = Message.objects.filter(kind=KIND).select_related("recipient")
    message = get_object_or_404(told, pk=message_id)
    if request.POST.get("Digits") != HAVE_IT:
        return ask_again(request)
    return answered("Say", reply_words(take_key(sid=sid, message=message, now=timezone.now())))


def ask_again(request: HttpRequest) -> HttpResponse:
    """Ask for the key once more."""
    response = ET.Element("Response")
    gather = ET.SubElement(
        response, "Gather", action=request.path, method="POST", numDigits="1", timeout="10"
    )
    ET.SubElement(gather, "Say").text = _("Press 4 to say that you have it.")
    ET.SubElement(response, "Say").text = _("No key was pressed. The alert is still waiting.")
    return twiml(response)
