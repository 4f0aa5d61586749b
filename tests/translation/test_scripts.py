"""Scripts hold no words that a person reads: their pages hand them over, translated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clinic.queue.script_words import script_words
from tools.servers.process import ROOT

SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
COMMENT = re.compile(r"(?m)(?:^|\s)//.*$")
LITERAL = re.compile(r'(\bError\()?"((?:[^"\\\\\n]|\\\\.)*)"')
WORDS = re.compile(r"[A-Za-z]{2,}(?:,? [A-Za-z]{2,})+[ .!?:]*|[A-Z][a-z]{2,}[ .!?:]*")
OF_CODE = re.compile(r"[][#:;=<>{}/]|^use strict$|^\.|, \.|\binput\b")


def words_in(script: str) -> list[str]:
    """Return the literals of a script that read as words."""
    found = LITERAL.findall(COMMENT.sub("", script))
    return [text for error, text in found if not error and WORDS.fullmatch(text) and not OF_CODE.search(text)]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_holds_no_words(script: Path) -> None:
    assert words_in(script.read_text()) == []


def test_words_are_told_from_what_only_the_browser_reads() -> None:
    script = """
    "use strict"; // "A comment"
    throw new Error("not saved"); find("a[href], button"); find(".q-who a");
    place.textContent = "Copied."; fill(place, "time is over"); say("Call " + number);
    """
    assert words_in(script) == ["Copied.", "time is over", "Call "]


def test_the_scripts_of_the_queue_find_each_of_their_words_and_leave_none_unused() -> None:
    scripts = "".join(path.read_text() for path in SCRIPTS if path.name.startswith("queue"))
    assert [name for name in script_words() if f'"{name}"' not in scripts] == []
