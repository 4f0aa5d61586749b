"""Twilio on this machine: SMS and calls by its REST API, and webhooks signed as it signs them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from tools.servers.providers.answering import Answer, Provider, Received

ACCOUNT, TOKEN = "AC" + "0" * 32, "a" * 32
FROM = "+447700900000"
# Codes of Twilio's errors.
NO_SUCH_NUMBER, STOPPED, WRONG_CREDENTIALS = 21211, 21610, 20003
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Sms:
    sid: str
    to: str
    text: str


@dataclass
class Call:
    """A call, and the TwiML that is played when it is answered. `replies`: what the keys pressed led to."""

    sid: str
    to: str
    twiml: str
    pressed: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        """The texts that are spoken, in order."""
        return said(self.twiml)

    @property
    def keys_url(self) -> str:
        """Where a key press is posted; empty if none is asked for."""
        found = ET.fromstring(self.twiml).find("Gather")  # noqa: S314 (the portal's own answer)
        return "" if found is None else found.get("action", "")


class Twilio(Provider):
    """Twilio's API. `signs_for`: the portal's own address, for which webhooks are signed; `portal`: where it is."""

    def __init__(self, port: int = 0, *, portal: str = "", signs_for: str = "") -> None:
        super().__init__(port)
        self.portal, self.signs_for = portal, signs_for or portal
        self.account, self.token = ACCOUNT, TOKEN
        self.sms: list[Sms] = []
        self.calls: list[Call] = []
        self.unknown: set[str] = set()  # numbers that do not exist
        self.stopped: set[str] = set()  # numbers whose owner has sent STOP
        self._lock = threading.Lock()

    @property
    def api(self) -> str:
        """The value of `TWILIO_API`."""
        return f"http://{self.address}"

    @property
    def voice_url(self) -> str:
        """The value of `VOICE_URL`."""
        return f"twilio://{self.account}:{self.token}@{FROM}"

    @property
    def sms_url(self) -> str:
        """The value of `SMS_URL`."""
        return f"{self.voice_url}/{{to}}"

    def respond(self, received: Received) -> Answer:
        """Answer as the API does: 201 with the id, or an error with a code of its own."""
        if received.credentials != f"{self.account}:{self.token}":
            return problem(HTTPStatus.UNAUTHORIZED, WRONG_CREDENTIALS, "Authenticate")
        base = f"/2010-04-01/Accounts/{self.account}"
        kept = {f"{base}/Messages.json": self.keep_sms, f"{base}/Calls.json": self.keep_call}
        if received.path not in kept:
            return problem(HTTPStatus.NOT_FOUND, 20404, "The requested resource was not found")
        to = received.form.get("To", "")
        if to in self.unknown:
            return problem(HTTPStatus.BAD_REQUEST, NO_SUCH_NUMBER, "Invalid 'To' Phone Number")
        if to in self.stopped and received.path.endswith("Messages.json"):
            return problem(HTTPStatus.BAD_REQUEST, STOPPED, "Attempt to send to unsubscribed recipient")
        sid = kept[received.path](received.form)
        return Answer(HTTPStatus.CREATED, json.dumps({"sid": sid, "status": "queued", "error_code": None}))

    def keep_sms(self, form: Mapping[str, str]) -> str:
        sms = Sms("SM" + secrets.token_hex(16), form["To"], form["Body"])
        with self._lock:
            self.sms.append(sms)
        return sms.sid

    def keep_call(self, form: Mapping[str, str]) -> str:
        call = Call("CA" + secrets.token_hex(16), form["To"], form.get("Twiml", ""))
        if not call.twiml:
            call.twiml = self.post(form["Url"], self.call_fields(call)).text
        with self._lock:
            self.calls.append(call)
        return call.sid

    def reply(self, number: str, text: str) -> Hook:
        """Send an SMS from a telephone to the portal's number."""
        fields = {"MessageSid": "SM" + secrets.token_hex(16), "From": number, "To": FROM, "Body": text}
        return self.post("/webhooks/twilio/sms/", {"AccountSid": self.account, **fields})

    def press(self, call: Call, digits: str) -> Hook:
        """Press keys while the call speaks; return what the portal answered."""
        call.pressed.append(digits)
        answer = self.post(call.keys_url, {**self.call_fields(call), "Digits": digits})
        if answer.status == HTTPStatus.OK:
            call.replies += said(answer.text)
        return answer

    def call_fields(self, call: Call) -> dict[str, str]:
        fields = {"CallSid": call.sid, "From": FROM, "To": call.to, "Direction": "outbound-api"}
        return {"AccountSid": self.account, "CallStatus": "in-progress", **fields}

    def post(self, address: str, fields: Mapping[str, str], *, signature: str | None = None) -> Hook:
        """Post a webhook, signed for the address by which Twilio knows the portal."""
        path = address.removeprefix(self.signs_for)
        signed_for = self.signs_for + path
        headers = {"X-Twilio-Signature": signature or signature_of(signed_for, fields, self.token)}
        data = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self.portal + path, data, headers)
        try:
            with _opener.open(request, timeout=10) as answer:
                return Hook(answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Hook(error.code, error.read().decode())


@dataclass(frozen=True)
class Hook:
    """What the portal answered to a webhook."""

    status: int
    text: str


def signature_of(url: str, fields: Mapping[str, str], token: str) -> str:
    """Return the signature of a webhook: the URL and each field by name, by HMAC-SHA1 with the token."""
    text = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def said(twiml: str) -> list[str]:
    """Return the texts that TwiML speaks, in order."""
    return ["".join(say.itertext()) for say in ET.fromstring(twiml).iter("Say")]  # noqa: S314 (the portal's own answer)


def problem(status: HTTPStatus, code: int, message: str) -> Answer:
    body = {"code": code, "message": message, "status": int(status)}
    return Answer(int(status), json.dumps(body))
