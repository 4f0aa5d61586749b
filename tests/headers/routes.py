"""The URLs of the whole portal, with an example for each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLResolver, get_resolver

EXAMPLES = {
    "int": "1",
    "path": "a/b",
    "slug": "wash",
    "str": "s3cret",
    "uuid": "0f0e1c84-94a6-4a6e-8f0b-8a0d7c2f7f10",
}
ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
GROUP = re.compile(r"\(\?P<\w+>[^()]*(?:\([^()]*\)[^()]*)*\)")


def routes(resolver: URLResolver | None = None, before: str = "/") -> Iterator[str]:
    """Yield every route, such as "/accounts/link/<str:token>/"."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + plain_route(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route


def plain_route(route: str) -> str:
    """Return a route without the marks of a regular expression, its groups replaced by an example."""
    return GROUP.sub("1", route).removeprefix("^").removesuffix("$").removesuffix(r"\Z")


def example_of(route: str) -> str:
    """Return a path that the route leads to."""
    return ARGUMENT.sub(lambda found: EXAMPLES[found[1] or "str"], route)


def arguments_of(route: str) -> Iterator[tuple[str, str]]:
    """Yield the converter and the name of each argument of a route."""
    yield from ((found[1] or "str", found[2]) for found in ARGUMENT.finditer(route))
