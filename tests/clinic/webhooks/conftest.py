"""An emergency of which two people were told, and webhooks as Twilio signs them."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from aftercare.alerts.models import Alert
from tools.servers.providers.twilio import ACCOUNT, FROM, TOKEN, signature_of

NURSE, MANAGER = "+447700900160", "+447700900161"
Send = Callable[..., Any]
Press = Callable[..., Any]
TEXT = re.compile(r"<(?:Message|Say)[^>]*>(.*?)</", re.DOTALL)
_counter = itertools.count()


def number_of(alert: Alert) -> int | None:
    """The number of an alert, which the database has given."""
    return Alert.objects.get(pk=alert.pk).number


def said(answer: Any) -> str:
    """The texts of an answer in TwiML."""
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/xml")
    return " ".join(TEXT.findall(answer.content.decode()))


@pytest.fixture
def hook(gateway: object, settings: Settings) -> Callable[..., Any]:
    """Posts a webhook with a signature, to a portal whose SMS leave by an account with Twilio."""

    def post(
        path: str,
        fields: dict[str, str],
        *,
        token: str = TOKEN,
        signature: str | None = None,
        tampered: dict[str, str] | None = None,
        account: str = f"twilio://{ACCOUNT}:{TOKEN}@{FROM}/{{to}}",
        **headers: Any,
    ) -> Any:
        if signature is None:
            signature = signature_of(django_settings.SITE_URL + path, fields, token)
        # What is sent leaves by the gateway of the test, which is no account with Twilio.
        gateways, settings.SMS_URL = settings.SMS_URL, account
        try:
            return Client().post(
                path, {**fields, **(tampered or {})}, HTTP_X_TWILIO_SIGNATURE=signature, **headers
            )
        finally:
            settings.SMS_URL = gateways

    return post


@pytest.fixture
def sms(hook: Callable[..., Any]) -> Send:
    """Replies by SMS."""

    def reply(number: str, text: str, *, sid: str | None = None, **how: Any) -> Any:
        sid = f"SM{next(_counter)}-{uuid.uuid4().hex}" if sid is None else sid
        fields = {"MessageSid": sid, "From": number, "To": FROM, "Body": text, "AccountSid": ACCOUNT}
        return hook("/webhooks/twilio/sms/", fields, **how)

    return reply


@pytest.fixture
def press(hook: Callable[..., Any]) -> Press:
    """Presses keys in a call about a message."""

    def pressed(message_id: UUID, digits: str, *, sid: str | None = None, **how: Any) -> Any:
        sid = f"CA{uuid.uuid4().hex}" if sid is None else sid
        fields = {"CallSid": sid, "Digits": digits, "AccountSid": ACCOUNT, "CallStatus": "in-progress"}
        return hook(f"/webhooks/twilio/calls/{message_id}/keys/", fields, **how)

    return pressed
