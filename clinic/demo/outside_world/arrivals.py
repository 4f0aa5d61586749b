"""What arrived, asked of the providers on this machine, and of the folder of mails; and what a phone sends back."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

PATIENCE = 15.0  # seconds: a key press is answered by the portal itself
NEWEST_MAILS = 40
# Without the proxies of the environment.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class AwayError(Exception):
    """The providers do not answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What arrived on a phone, or what was done there (`reply`, `press`).

    `who`: number, browser, topic or mailbox. `call`: the id of a call that takes a key.
    """

    at: datetime
    channel: str
    who: str
    text: str
    url: str = ""
    call: str = ""


def is_there() -> bool:
    """Return True in a demonstration whose providers are on this machine."""
    return bool(settings.DEMO) and urlsplit(settings.TWILIO_API).hostname == "127.0.0.1"


def arrivals(since: datetime) -> list[Arrival]:
    """Return what arrived since then; raise AwayError if the providers do not answer."""
    found = [arrival_of(row) for row in json.loads(ask("/arrivals"))]
    return [one for one in found if one.at >= since]


def arrival_of(row: Mapping[str, Any]) -> Arrival:
    return Arrival(
        at=datetime.fromisoformat(row["at"]),
        channel=row["channel"],
        who=row["who"],
        text=row["text"],
        url=row.get("url", ""),
        call=row["sid"] if row.get("keys_url") else "",
    )


def mails(since: datetime) -> list[Arrival]:
    """Return the newest mails, where they are written to files."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if not folder or not Path(folder).is_dir():
        return []
    newest = sorted(Path(folder).iterdir(), key=lambda path: path.name)[-NEWEST_MAILS:]
    found = []
    for path in newest:
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if at >= since:
            mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
            found.append(Arrival(at=at, channel="email", who=str(mail["To"]), text=str(mail["Subject"])))
    return found


def reply(number: str, text: str) -> int:
    """Send an SMS from a phone; return the status of the portal's answer."""
    return tell("/phones/reply", {"number": number, "text": text})


def press(call: str, digits: str) -> int:
    """Press keys during a call; return the status of the portal's answer."""
    return tell("/phones/press", {"sid": call, "digits": digits})


def tell(path: str, fields: Mapping[str, str]) -> int:
    try:
        ask(path, urlencode(fields).encode())
    except urllib.error.HTTPError as error:
        return error.code
    return HTTPStatus.OK


def ask(path: str, data: bytes | None = None) -> str:
    """Ask the providers; raise AwayError if they do not answer, HTTPError for an error of the portal's."""
    request = urllib.request.Request(settings.TWILIO_API + path, data)  # noqa: S310 (http: see is_there)
    try:
        with _opener.open(request, timeout=PATIENCE) as answer:
            text: str = answer.read().decode()
            return text
    except urllib.error.HTTPError as error:
        error.close()
        raise
    except OSError as error:
        raise AwayError from error
