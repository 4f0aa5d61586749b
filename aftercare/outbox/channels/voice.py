"""Calls by Twilio's REST API: a text that is spoken twice, and a key that says "I have it".

What is spoken goes along with the request, so that a call needs nothing of the web process until a key is pressed.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from types import TracebackType
from typing import Self

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from aftercare.outbox.channel_settings import TwilioAccount, twilio_account
from aftercare.outbox.channels.base import DeliveryError, NotSetUp, OutageError, OutgoingMail, point_address
from aftercare.outbox.channels.egress import CheckedSession
from aftercare.outbox.channels.gateways import require_good_answer

PATIENCE = (4.0, 8.0)  # seconds to connect, and to wait for an answer
RING_SECONDS = 30
TIMES = 2
SPEAKER = {"language": "en-GB", "voice": "Polly.Amy"}


class Voice:
    """Calls from the number of `VOICE_URL`."""

    def session(self) -> VoiceSession | NotSetUp:
        return VoiceSession(twilio_account(settings.VOICE_URL)) if settings.VOICE_URL else NotSetUp()


class VoiceSession:
    """A row of calls; each is a request of its own."""

    def __init__(self, account: TwilioAccount) -> None:
        self.account = account
        self.requests = CheckedSession()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.requests.close()

    def send(self, mail: OutgoingMail) -> None:
        """Ask for one call; the provider rings."""
        fields = {
            "To": point_address(mail),
            "From": self.account.number,
            "Twiml": twiml(mail),
            "Timeout": str(RING_SECONDS),
        }
        url = f"{settings.TWILIO_API}/2010-04-01/Accounts/{self.account.sid}/Calls.json"
        key = (self.account.sid, self.account.token)
        try:
            answer = self.requests.post(url, data=fields, auth=key, timeout=PATIENCE)
        except requests.RequestException as error:
            raise OutageError(f"gateway: {type(error).__name__}") from error
        require_good_answer(answer)
        if answer.status_code != requests.codes.created:
            raise DeliveryError(
                f"gateway answered {answer.status_code}, which is no success", permanent=False
            )


def twiml(mail: OutgoingMail) -> str:
    """Return what the call does: speak the text twice, and take a key if the message can be answered by one."""
    said = mail.content.spoken or mail.content.short or mail.content.subject
    texts = [f"{mail.sender_name}." if mail.sender_name else "", said]
    response = ET.Element("Response")
    place = response
    if mail.content.has_own_link:
        texts.append(_("Press 4 to say that you have it."))
        keys = f"{settings.SITE_URL}/webhooks/twilio/calls/{mail.messages[0].pk}/keys/"
        place = ET.SubElement(response, "Gather", action=keys, method="POST", numDigits="1", timeout="10")
    for _time in range(TIMES):
        say(place, " ".join(text for text in texts if text))
    if place is not response:
        say(response, _("No key was pressed. The alert is still waiting."))
    return ET.tostring(response, encoding="unicode")


def say(place: ET.Element, text: str) -> None:
    """Add a text that is spoken slowly, and a pause after it."""
    ET.SubElement(ET.SubElement(place, "Say", SPEAKER), "prosody", rate="slow").text = text
    ET.SubElement(place, "Pause", length="1")
