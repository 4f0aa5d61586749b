"""A patient's browser reduced to the check-in form: fetch and send it, with the time of each."""

import http.client
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

WAIT = 30.0  # seconds for one answer
HIDDEN = re.compile(r'<input type="hidden" name="(csrfmiddlewaretoken|token)" value="([^"]+)"')
COOKIE = re.compile(r"csrftoken=([^;]+)")
RESULT = re.compile(r"/check-ins/([0-9a-f-]{36})/")

Answers = Mapping[str, str | Sequence[str]]
QUIET: Answers = {"redness": "1", "pain": "1", "signs": "none", "emergency": "none", "want_contact": "no"}
URGENT: Answers = {"redness": "1", "pain": "1", "signs": ["pus"], "emergency": "none", "want_contact": "no"}
EMERGENCY: Answers = {"emergency": ["eye"]}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The response to a check-in. `accepted`: the id of the stored check-in."""

    status: int
    accepted: UUID | None
    text: str
    seconds: tuple[float, ...]


class Form:
    """A fetched check-in form of one patient."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.cookie = f"sessionid={session}"
        began = time.perf_counter()
        status, text, headers = self.ask("GET", {})
        self.fetched = time.perf_counter() - began
        if status != http.client.OK:
            raise ConnectionError(f"the form was answered with {status}")
        self.hidden = dict(HIDDEN.findall(text))
        found = COOKIE.search(headers.get("Set-Cookie", ""))
        self.cookie += f"; csrftoken={found[1]}" if found else ""

    def send(self, answers: Answers) -> Reply:
        """Send the form. Sent again it is the same check-in, because its token stays the same."""
        began = time.perf_counter()
        status, text, headers = self.ask("POST", {**self.hidden, **answers})
        took = time.perf_counter() - began
        found = RESULT.search(headers.get("Location", ""))
        accepted = UUID(found[1]) if status == http.client.FOUND and found else None
        return Reply(status=status, accepted=accepted, text=text, seconds=(self.fetched, took))

    def ask(self, method: str, fields: Answers) -> tuple[int, str, Mapping[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)
        headers = {"Cookie": self.cookie}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, "/check-in/", urlencode(fields, doseq=True), headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
            return response.status, text, dict(response.getheaders())
        finally:
            connection.close()
