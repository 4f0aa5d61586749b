"""Parsers of the variables for channels beside e-mail: SMS, calls and web push."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from aftercare.environment_values import Malformed

# Gateways that Apprise knows, of which each speaks HTTP through `requests` alone, so that its way out is guarded.
SMS_SCHEMES = frozenset(
    [
        *("46elks", "bulksms", "bulkvs", "burstsms", "clickatell", "clicksend", "d7sms"),
        *("form", "forms", "httpsms", "json", "jsons", "kavenegar", "msgbird"),
        *("nexmo", "plivo", "seven", "sinch", "smseagle", "smseagles", "smsmanager"),
        *("smsmgr", "sns", "twilio", "voipms", "vonage"),
    ]
)
# Chats and pagers of a person, of which the same is true.
CHAT_SCHEMES = frozenset({"slack", "workflows", "signal", "signals", "ntfy", "ntfys"})
PAGER_SCHEMES = frozenset({"pagerduty", "opsgenie", "pover"})
NUMBER = "{to}"
TWILIO_API = "https://api.twilio.com"
ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
P256_BYTES = 32
MAKE_A_PUSH_KEY = "This makes one: manage.py make_push_key"


@dataclass(frozen=True, kw_only=True)
class Channels:
    """What is set for channels beside e-mail; empty where the channel is not set up."""

    sms_url: str = field(default="", repr=False)
    # Replies to the number that SMS come from reach the portal.
    sms_replies: bool = False
    voice_url: str = field(default="", repr=False)
    twilio_api: str = TWILIO_API
    # The most that leave in a second; 0 for no limit.
    sms_per_second: float = 1.0
    calls_per_second: float = 1.0
    vapid_private_key: str = field(default="", repr=False)
    # Hosts that may be called though they are on this machine or its network.
    hosts: tuple[str, ...] = ()


def sms_url(raw: str) -> str:
    """Parse the gateway's Apprise URL, with {to} in the place of the number; empty for none."""
    if not raw:
        return raw
    try:
        scheme = urlsplit(raw).scheme
    except ValueError:
        scheme = ""
    if scheme not in SMS_SCHEMES or raw.count(NUMBER) != 1:
        raise Malformed(
            "give the gateway as Apprise writes it, with {to} in the place of the number, such as "
            f"twilio://SID:TOKEN@FROM/{{to}}. Known: {', '.join(sorted(SMS_SCHEMES))}."
        )
    return raw


@dataclass(frozen=True, kw_only=True)
class TwilioAccount:
    """The account by which calls are made, and the number that they come from."""

    sid: str
    token: str = field(repr=False)
    number: str


@lru_cache(maxsize=8)
def twilio_account(raw: str) -> TwilioAccount:
    """Parse twilio://SID:TOKEN@NUMBER; raise Malformed for anything else."""
    try:
        url = urlsplit(raw)
        _credentials, _at, number = url.netloc.rpartition("@")
        sid, token = url.username or "", url.password or ""
    except ValueError:
        url, number, sid, token = urlsplit(""), "", "", ""
    is_plain = url.scheme == "twilio" and not (url.path.strip("/") or url.query or url.fragment)
    if not (is_plain and ACCOUNT.fullmatch(sid) and token.isalnum() and E164.fullmatch(number)):
        raise Malformed("give twilio://SID:TOKEN@NUMBER, the number as in +441234567890.")
    return TwilioAccount(sid=sid, token=token, number=number)


def voice_url(raw: str) -> str:
    """Parse the account by which calls are made; empty for none."""
    if raw:
        twilio_account(raw)
    return raw


def twilio_api(raw: str) -> str:
    """Parse where Twilio's API is: that of another region keeps what it is told there."""
    url = urlsplit(raw)
    if url.scheme not in {"http", "https"} or not url.hostname or url.path.strip("/") or url.query:
        raise Malformed("give an address without a path, such as https://api.dublin.ie1.twilio.com.")
    return raw.rstrip("/")


def push_key(raw: str) -> str:
    """Parse the private key of web push: 32 bytes in base64; empty for none."""
    if not raw:
        return raw
    try:
        key = base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))
    except ValueError:
        key = b""
    if len(key) != P256_BYTES:
        raise Malformed(f"give a private key of 32 bytes in base64. {MAKE_A_PUSH_KEY}")
    return raw


def host_names(raw: str) -> tuple[str, ...]:
    """Parse names of hosts, separated by commas."""
    names = tuple(name.strip().lower() for name in raw.split(",") if name.strip())
    if any("/" in name or (":" in name.strip("[]") and not name.startswith("[")) for name in names):
        raise Malformed(
            "give names of hosts without scheme and port, separated by commas, such as sms.clinic.lan."
        )
    return tuple(name.strip("[]") for name in names)
