"""Requests that the pages of the demo clinic offer: every form, every query, each for everybody who is offered it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from aftercare.people.models import User
from tests.translation.walk import LEFT_OUT, Walk, page_of
from tests.translation.world import PATIENTS, STAFF, prepare, ways_in


@dataclass(frozen=True, kw_only=True)
class Target:
    """A request to alter. `session` "": nobody is signed in. `fields`: of the form, or of the query of a GET."""

    session: str
    method: str
    path: str
    fields: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def kind(self) -> tuple[str, ...]:
        """Requests of one kind go to the same view with the same fields."""
        return (self.method, page_of(self.path), *(name for name, _values in self.fields))

    def client(self) -> Client:
        """Return a client with the person signed in, for whom an error of the server is a response."""
        client = Client(raise_request_exception=False)
        if self.session:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return client


class Collector(Walk):
    """Opens every page that a person can reach, and collects its forms and queries instead of sending them."""

    def __init__(self, user: User | None) -> None:
        super().__init__(user, {})
        cookie = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        self.session = cookie.value if cookie and user else ""
        self.targets: list[Target] = []

    def add(self, method: str, path: str, fields: dict[str, Any]) -> None:
        named = tuple(
            (name, tuple(value) if isinstance(value, list) else (str(value),))
            for name, value in sorted(fields.items())
            if name != "csrfmiddlewaretoken"
        )
        self.targets.append(Target(session=self.session, method=method, path=path, fields=named))

    def open(self, path: str) -> list[str]:
        address = urlsplit(path)
        self.add("GET", address.path, dict(parse_qsl(address.query)))
        return super().open(path)

    def press(self, path: str, fields: dict[str, Any]) -> None:
        if page_of(path) and not LEFT_OUT.match(path):
            self.add("POST", path, fields)


def collect() -> list[Target]:
    """Return a target of each kind for each role. The demo clinic has to be loaded."""
    prepare()
    people: list[tuple[str, User | None, tuple[str, ...]]] = [
        ("nobody", None, ("/", *ways_in())),
        *(("patient", of_demo(name), ("/", "/check-in/", "/nowhere/")) for name in PATIENTS),
        *((name, of_demo(name), ("/clinic/", "/accounts/")) for name in STAFF),
    ]
    found: dict[tuple[str, ...], Target] = {}
    for role, user, starts in people:
        collector = Collector(user)
        collector.from_(*starts)
        for target in collector.targets:
            found.setdefault((role, *target.kind), target)
    for path in posted_only(found.values()):
        found[("nobody", "POST", path)] = Target(session="", method="POST", path=path, fields=())
    return list(found.values())


def of_demo(name: str) -> User:
    return User.objects.get(email=f"{name}@demo.example")


def posted_only(known: Any) -> Iterator[str]:
    """Yield the paths without arguments that no page of the walk leads to."""
    reached = {urlsplit(target.path).path for target in known}
    for path in fixed_paths(get_resolver(), "/"):
        if path not in reached and not LEFT_OUT.match(path):
            yield path


def fixed_paths(resolver: URLResolver, prefix: str) -> Iterator[str]:
    """Yield every path of the resolver that has no argument."""
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if any(sign in path for sign in "<(["):
            continue
        if isinstance(pattern, URLPattern):
            yield path
        else:
            yield from fixed_paths(pattern, path)
