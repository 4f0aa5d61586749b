"""Walks through the portal as one person: opens every link, and presses every button in a transaction undone after."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.db import transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import Resolver404, resolve

from aftercare.people.models import User
from tests.clinic.reading_forms import forms_of
from tests.people.proving import prove

EACH = 2  # pages of one view with the same kind of query, so that records in several states are among them
LEFT_OUT = re.compile(r"/(?:admin|media|static|healthz|readyz)|/accounts/(?:logout|signup)")


class Links(HTMLParser):
    """Collects the targets of a page's links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            is_link = (tag == "a" and name == "href") or name in {"hx-get", "data-confirmation"}
            if is_link and value is not None:
                self.found.append(value)


def page_of(path: str) -> str:
    """The name of the view that answers at a path, such as "clinic:alert"; "" where there is none."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return ""
    return match.view_name


class Walk:
    """One person's way through the portal.

    `seen` gathers what each page says, by the page's name; a view that only leads on says nothing.
    """

    def __init__(self, user: User | None, seen: dict[str, set[str]]) -> None:
        self.client, self.seen = Client(), seen
        if user is not None:
            self.client.force_login(user)
            prove(self.client, user)
        self.opened: set[str] = set()
        self.visits: Counter[tuple[str, ...]] = Counter()

    def from_(self, *starts: str) -> None:
        """Open these pages and all that they lead to."""
        waiting = list(starts)
        while waiting:
            path = waiting.pop(0)
            if path not in self.opened and not LEFT_OUT.match(path) and self.is_new(path):
                self.opened.add(path)
                waiting += self.open(path)

    def is_new(self, path: str) -> bool:
        """Return True if pages of this kind were not opened often enough yet."""
        address = urlsplit(path)
        kind = (page_of(path), *sorted(name for name, _ in parse_qsl(address.query)))
        self.visits[kind] += 1
        return self.visits[kind] <= EACH

    def open(self, path: str) -> list[str]:
        """Open one page and press its buttons; the addresses that it leads to."""
        self.seen.setdefault(page_of(path), set())
        response = self.client.get(path, follow=True)
        html = self.keep(response, page_of(path))
        here = response.redirect_chain[-1][0] if response.redirect_chain else path
        for action, fields in forms_of(html):
            self.press(urljoin(here, action), fields)
        links = Links()
        links.feed(html)
        return [target for link in links.found for target in inside(urljoin(here, link))]

    def keep(self, response: Any, asked: str) -> str:
        """Keep what a page says under its name; of one that there is not, under "404"."""
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return ""
        html: str = response.content.decode()
        request: HttpRequest | None = response.context and response.context.get("request")
        name = page_of(request.path) if request is not None else asked
        name = "404" if response.status_code == 404 else name
        self.seen.setdefault(name, set()).add(html)
        return html

    def press(self, path: str, fields: dict[str, Any]) -> None:
        """Send a form as it stands and emptied, and undo both."""
        page = page_of(path)
        kind = ("press", page, *sorted(fields))
        if not page or LEFT_OUT.match(path) or self.visits[kind]:
            return
        self.visits[kind] += 1
        hidden: dict[str, Any] = {
            name: fields[name] for name in ("token", "form", "version", "seen") if name in fields
        }
        for filled in (fields, hidden):
            self.send(path, filled)

    def send(self, path: str, fields: dict[str, Any]) -> None:
        self.seen.setdefault(page_of(path), set())
        cookies = copy.deepcopy(self.client.cookies)
        try:
            with transaction.atomic():
                response = self.client.post(path, fields, follow=True)
                self.keep(response, page_of(path))
                transaction.set_rollback(True)
        finally:
            self.client.cookies = cookies


def inside(address: str) -> Iterator[str]:
    """The path of an address of the portal; nothing where it leads elsewhere."""
    parts = urlsplit(address)
    if not parts.scheme and not parts.netloc and parts.path.startswith("/"):
        yield parts.path + (f"?{parts.query}" if parts.query else "")
