"""Every address of the resolver, with arguments that name records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.access.world import BY_CONVERTER, OF_NOBODY, World

ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True)
class Address:
    """A leaf of the resolver: its route from the root on, and its name without the namespace."""

    route: str
    name: str
    converters: dict[str, str]

    @property
    def arguments(self) -> list[str]:
        return list(self.converters)

    def records(self, world: World) -> list[str]:
        """Return the arguments that name a record of a clinic or of a person."""
        return [one for one in self.arguments if self.key(one, world) is not None]

    def key(self, argument: str, world: World) -> str | None:
        return next((key for key in (f"{self.name}.{argument}", argument) if key in world.own.named), None)

    def path(self, world: World, foreign: frozenset[str] = frozenset()) -> str:
        """Return the path with the records of the own clinic; those in `foreign` are the other one's."""

        def value(argument: str) -> str:
            key = self.key(argument, world)
            if key is not None:
                return str((world.foreign if argument in foreign else world.own).named[key])
            return str(OF_NOBODY.get(argument, BY_CONVERTER[self.converters[argument]]))

        plain = ARGUMENT.sub(
            lambda found: value(found[2]), GROUP.sub(lambda found: value(found[1]), self.route)
        )
        return "/" + plain.replace("^", "").removesuffix("$").removesuffix("\\Z")


def addresses() -> Iterator[Address]:
    """Yield every address once, as the first pattern that takes it."""
    seen = set()
    for address in leaves(get_resolver(), "", {}):
        if address.route not in seen:
            seen.add(address.route)
            yield address


def leaves(resolver: URLResolver, before: str, taken: dict[str, str]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        found: Any = pattern.pattern
        converters = {name: type(one).__name__ for name, one in found.converters.items()}
        groups = getattr(found.regex, "groupindex", {})
        converters = taken | {name: converters.get(name, "StringConverter") for name in groups} | converters
        route = before + str(found)
        if isinstance(pattern, URLResolver):
            yield from leaves(pattern, route, converters)
        else:
            assert isinstance(pattern, URLPattern)
            yield Address(route, pattern.name or "", converters)
