"""The check-in form as a browser sends it."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from django.test import Client

from aftercare.checkins.models import CheckIn
from aftercare.people.models import User

# Every question answered, none of it of concern.
ORDINARY_FORM: dict[str, Any] = {
    "redness": "1",
    "pain": "0",
    "swelling": "0",
    "itch": "0",
    "came_back": "no",
    "signs": "none",
    "unwell": "none",
    "emergency": "none",
    "want_contact": "no",
    "note": "",
    "observed_at": "",
}


def signed_in(user: User, *, checks_csrf: bool = False) -> Client:
    client = Client(enforce_csrf_checks=checks_csrf)
    client.force_login(user)
    return client


def send(client: Client, **fields: Any) -> Any:
    """Post an ordinary form, but for `fields`, under a new token."""
    return client.post("/check-in/", {"token": str(uuid4()), **ORDINARY_FORM, **fields})


def stored(response: Any) -> CheckIn:
    """The check-in whose result a response leads to."""
    assert response.status_code == 302, text_of(response)
    found = re.fullmatch(r"/check-ins/([0-9a-f-]{36})/", response["Location"])
    assert found is not None
    return CheckIn.objects.get(pk=found[1])


def text_of(response: Any) -> str:
    """Return the text of a page without markup."""
    html = re.sub(r"(?s)<(script|style|svg|head).*?</\1>", " ", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#x27;", "’").strip()


def chosen(response: Any) -> set[tuple[str, str]]:
    """The answers that are ticked in a form, as (name, value)."""
    inputs = re.findall(r"<input [^>]* checked ?>", " ".join(response.content.decode().split()))
    pairs = (re.search(r'name="(\w+)" value="(\w*)"', field) for field in inputs)
    return {(pair[1], pair[2]) for pair in pairs if pair}
