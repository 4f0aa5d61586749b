"""Webhooks of Twilio: who may post them, and what is answered."""

from __future__ import annotations

import base64
import hashlib
import hmac
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

P = ParamSpec("P")
Hook = Callable[Concatenate[HttpRequest, P], HttpResponse]


def from_twilio(view: Hook[P]) -> Hook[P]:
    """Let in POST requests with a valid signature alone: it stands for the CSRF token, which Twilio has none of."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_signed(request):
            return HttpResponse(status=HTTPStatus.FORBIDDEN)
        return view(request, *args, **kwargs)

    return cast("Hook[P]", csrf_exempt(require_POST(checked)))


def is_signed(request: HttpRequest) -> bool:
    """Return True if one of the portal's accounts has signed the request, for the address by which it is reached.

    That is built from `SITE_URL`: behind a proxy the request itself knows another one.
    """
    given = request.headers.get("X-Twilio-Signature", "")
    fields = "".join(
        name + value for name in sorted(request.POST) for value in sorted(set(request.POST.getlist(name)))
    )
    text = f"{settings.SITE_URL}{request.get_full_path()}{fields}"
    return any(constant_time_compare(given, signature_of(text, token)) for token in tokens())


def tokens() -> Iterator[str]:
    """Yield the secrets of the accounts with Twilio by which SMS and calls leave."""
    for address in (settings.SMS_URL, settings.VOICE_URL):
        url = urlsplit(address)
        if url.scheme == "twilio" and url.password:
            yield url.password


def signature_of(text: str, token: str) -> str:
    """Return the signature of an address and fields, as Twilio documents it."""
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), hashlib.sha1)).decode()


def answered(verb: str, text: str) -> HttpResponse:
    """Return an answer in TwiML that sends ("Message") or speaks ("Say") a text; one without a text does nothing."""
    response = ET.Element("Response")
    if text:
        ET.SubElement(response, verb).text = text
    return twiml(response)


def twiml(response: ET.Element) -> HttpResponse:
    return HttpResponse(ET.tostring(response, encoding="unicode"), content_type="text/xml; charset=utf-8")
