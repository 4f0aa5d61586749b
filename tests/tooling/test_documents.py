"""Every path and command that the documents name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.servers.process import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = ROOT / "docs" / "decisions"
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
# A path from the root of the repository, not an address, a command or a folder of a running portal.
ROOTS = r"(?:aftercare|bench|bin|clinic|docs|static|templates|tests|tools|\.ci)/[\w./*-]*"
FILE = r"[\w.*-]+/[\w./*-]+\.(?:css|html|js|md|py|sh|toml)"
PATH = re.compile(f"{ROOTS}|{FILE}")

# What docs/translating.md promises before it is there; to be taken out with it.
TO_COME = {"aftercare/triage/marking.py"}


def paths_named(text: str) -> list[str]:
    """The paths in backticks: `bench/*.py` is a pattern, `bin/test -x` names its first word."""
    words = [code.split()[0] for code in CODE.findall(text) if code.split()]
    return [word for word in words if PATH.fullmatch(word)]


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_document_names_exists(page: Path) -> None:
    missing = {path for path in paths_named(page.read_text()) if not list(ROOT.glob(path))}

    assert missing - TO_COME == set()


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_index_of_decisions_lists_each_by_its_title() -> None:
    decisions = sorted(DECISIONS.glob("[0-9]*.md"))
    titles = [path.read_text().splitlines()[0].removeprefix("# ") for path in decisions]
    index = (DECISIONS / "README.md").read_text()

    assert [f"[{title}]({path.name})" for title, path in zip(titles, decisions, strict=True)] == re.findall(
        r"^- (\[.+?\]\(\d.+?\))", index, re.MULTILINE
    )


def test_a_path_is_told_from_an_address_and_a_command() -> None:
    text = "`bin/test -x`, `/clinic/`, `clinic/urls.py`, `manage.py rehearse`, `bench/*.py`, `Europe/London`"

    assert paths_named(text) == ["bin/test", "clinic/urls.py", "bench/*.py"]
