"""The lock files hold all that any Python from Debian 12's on needs, whatever Python they were made with."""

import re
from collections.abc import Iterator
from importlib.metadata import requires

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.servers.process import ROOT

# Debian 12 has 3.11.2; one before and one after each step that packages are known to look at.
PYTHONS = ("3.11.2", "3.11.9", "3.12.3", "3.13.0", "3.14.0")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def asked_for(source: str) -> list[Requirement]:
    """The requirements of a source file."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / source).read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def needed(requirement: Requirement, environment: dict[str, str]) -> Iterator[Requirement]:
    """Return the requirements of an installed package in an environment, with the given extras."""
    for extra in requirement.extras or {""}:
        for line in requires(requirement.name) or ():
            found = Requirement(line)
            if found.marker is None or found.marker.evaluate({**environment, "extra": extra}):
                yield found


def everything_needed(sources: list[str], environment: dict[str, str]) -> set[str]:
    """The names of all packages that the source files lead to."""
    names: set[str] = set()
    seen: set[str] = set()
    waiting = [requirement for source in sources for requirement in asked_for(source)]
    while waiting:
        requirement = waiting.pop()
        names.add(canonicalize_name(requirement.name))
        if (key := f"{requirement.name}{sorted(requirement.extras)}") not in seen and is_installed(
            requirement
        ):
            seen.add(key)
            waiting += needed(requirement, environment)
    return names


def is_installed(requirement: Requirement) -> bool:
    """Return True if this Python needs the package too; other packages are not installed here."""
    try:
        requires(requirement.name)
    except ModuleNotFoundError:
        return False
    return True


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("sources", [["requirements"], ["requirements", "requirements-dev"]])
def test_the_lock_holds_every_package_that_a_python_needs(sources: list[str], version: str) -> None:
    environment = {
        **{key: str(value) for key, value in default_environment().items()},
        "python_version": ".".join(version.split(".")[:2]),
        "python_full_version": version,
    }
    locked = {
        canonicalize_name(name)
        for source in sources
        for name in PINNED.findall((ROOT / f"{source}.txt").read_text())
    }

    missing = everything_needed([f"{source}.in" for source in sources], environment) - locked

    assert missing == set()
